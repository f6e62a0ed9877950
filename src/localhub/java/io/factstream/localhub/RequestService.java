package io.factstream.localhub;

import java.util.HashMap;
import java.util.Map;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/** Answers the requests that clients send to a node such as {@code $cbs}. */
interface RequestService {

    /** The response, or null to leave the request without one. */
    @Nullable
    Message answer(Message request);

    /** A response without correlation, which the link adds. */
    static Message response(int status, String description, @Nullable Object body) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("status-code", status);
        properties.put("status-description", description);
        Message response = Message.Factory.create();
        response.setApplicationProperties(new ApplicationProperties(properties));
        response.setBody(new AmqpValue(body));
        return response;
    }

    /** An application property as text; empty when it is absent. */
    static String property(Message request, String name) {
        ApplicationProperties properties = request.getApplicationProperties();
        Object value = properties == null || properties.getValue() == null
                ? null
                : properties.getValue().get(name);
        return value == null ? "" : value.toString();
    }
}
