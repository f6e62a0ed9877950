package io.factstream.querytest;

import com.fasterxml.jackson.databind.JsonNode;
import io.factstream.source.MadeUpSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One test of a stream.
 *
 * @param name what it shows
 * @param place its file and line
 * @param tables what the source holds
 * @param events what must come out, each an event of its own
 * @param error what the stream must say instead, in part; null when it must send the events
 */
public record QueryTest(
        String name,
        String place,
        List<MadeUpSource.Table> tables,
        List<ExpectedEvent> events,
        @Nullable String error) {

    public QueryTest {
        tables = List.copyOf(tables);
        events = List.copyOf(events);
    }

    /**
     * An event that must come out.
     *
     * @param place its file and line
     * @param fields what the event must hold, in part; a null stands for a field that must not be there
     * @param exact whether its payload must hold nothing else
     */
    public record ExpectedEvent(String place, JsonNode fields, boolean exact) {}
}
