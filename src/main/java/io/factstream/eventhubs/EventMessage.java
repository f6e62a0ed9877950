package io.factstream.eventhubs;

import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultMessage;

/**
 * One event of a batch as the endpoint reads it. The endpoint copies every header into the event's application
 * properties, so its headers are exactly the allowed ones and cannot be added to.
 */
public final class EventMessage extends DefaultMessage {

    private final Map<String, Object> properties;

    /**
     * @param json the event's body; not copied
     * @param properties the event's application properties, nothing else
     */
    public EventMessage(Exchange exchange, byte[] json, Map<String, Object> properties) {
        super(exchange);
        this.properties = properties;
        setBody(json);
    }

    @Override
    public Map<String, Object> getHeaders() {
        return properties;
    }

    @Override
    public boolean hasHeaders() {
        return true;
    }
}
