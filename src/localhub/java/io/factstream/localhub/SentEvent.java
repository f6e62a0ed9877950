package io.factstream.localhub;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a client put into one event. */
public final class SentEvent {

    /** So many bytes of a body are enough to recognise it in a log or a failed test. */
    private static final int SHOWN = 200;

    private final byte[] body;
    private final Map<String, Object> properties;
    private final @Nullable Object messageId;
    private final @Nullable Object correlationId;
    private final @Nullable String contentType;

    SentEvent(
            byte[] body,
            Map<String, Object> properties,
            @Nullable Object messageId,
            @Nullable Object correlationId,
            @Nullable String contentType) {
        this.body = body;
        this.properties = properties;
        this.messageId = messageId;
        this.correlationId = correlationId;
        this.contentType = contentType;
    }

    /** The bytes of its data; for an event whose body is not data, that AMQP section as it was encoded. */
    public byte[] body() {
        return body.clone();
    }

    /** The body as UTF-8 text. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** Its application properties, in the Java types that proton-j decodes to. */
    public Map<String, Object> properties() {
        return properties;
    }

    /** The AMQP message id, or null. */
    public @Nullable Object messageId() {
        return messageId;
    }

    /** The AMQP correlation id, or null. */
    public @Nullable Object correlationId() {
        return correlationId;
    }

    /** The content type, or null. */
    public @Nullable String contentType() {
        return contentType;
    }

    @Override
    public String toString() {
        String text = new String(body, 0, Math.min(body.length, SHOWN), StandardCharsets.UTF_8);
        return "SentEvent[bytes=" + body.length + ", body=" + text + (body.length > SHOWN ? "…" : "") + ", properties="
                + properties + "]";
    }
}
