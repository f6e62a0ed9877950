package io.factstream.stream;

import io.factstream.config.ConfigurationException;
import io.factstream.watermark.Watermark;
import org.jspecify.annotations.Nullable;

/**
 * Where a page begins and ends.
 *
 * @param from the watermark before it; null for the first page
 * @param to the watermark when all of it is delivered
 * @param more whether settled rows are known to lie beyond it
 * @param condition the SQL condition that selects its rows
 */
record Window(@Nullable Watermark from, Watermark to, boolean more, String condition) {

    /** Whether rows were found in it when it was planned; of the slices of a value any may be empty. */
    boolean hasRows() {
        return to.isWhole() && (from == null || from.isWhole());
    }

    /** Its rows were found when it was planned, and were not there when it was read. */
    ConfigurationException vanished(StreamDefinition stream) {
        return new ConfigurationException(
                stream.queryFile().toString(),
                "the query had rows up to " + to.value() + " when the page was planned, and none when it was read:"
                        + " its answer changes by itself, or files that it reads are being replaced",
                "Take the present time, chance and what else changes out of the query, its views and macros;"
                        + " factstream validate tells more");
    }
}
