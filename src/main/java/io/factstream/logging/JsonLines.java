package io.factstream.logging;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.factstream.config.Masked;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * Log lines as JSON: one object a line, with {@code time}, {@code level}, {@code logger}, {@code thread}, {@code message},
 * what is in the context ({@code session} and {@code stream} among it), and the stack trace as {@code error}. Without
 * secrets, whoever logs them.
 */
public final class JsonLines extends EncoderBase<ILoggingEvent> {

    private static final JsonFactory JSON = new JsonFactory();

    private final ThrowableProxyConverter stackTrace = new ThrowableProxyConverter();

    @Override
    public void start() {
        stackTrace.setContext(getContext());
        stackTrace.start();
        super.start();
    }

    @Override
    public byte[] headerBytes() {
        return new byte[0];
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField("time", event.getInstant().toString());
            json.writeStringField("level", event.getLevel().toString());
            json.writeStringField("logger", event.getLoggerName());
            json.writeStringField("thread", event.getThreadName());
            json.writeStringField("message", Masked.text(event.getFormattedMessage()));
            Map<String, String> context = new TreeMap<>(event.getMDCPropertyMap());
            context.putAll(LogPlace.of(event));
            for (Map.Entry<String, String> entry : context.entrySet()) {
                json.writeStringField(entry.getKey(), Masked.text(entry.getValue()));
            }
            if (event.getThrowableProxy() != null) {
                json.writeStringField("error", Masked.text(stackTrace.convert(event)));
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("an array of bytes can be written", e);
        }
        line.write('\n');
        return line.toByteArray();
    }

    @Override
    public byte[] footerBytes() {
        return new byte[0];
    }
}
