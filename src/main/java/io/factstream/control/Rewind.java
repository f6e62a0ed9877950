package io.factstream.control;

import io.factstream.config.ConfigurationException;
import io.factstream.stream.WatermarkValue;
import io.factstream.watermark.SavedWatermark;
import io.factstream.watermark.Watermark;
import io.factstream.watermark.WatermarkStore;
import org.jspecify.annotations.Nullable;

/**
 * Puts watermarks where a person wants them, backwards or forwards. A move is recorded in the history of the watermark;
 * a running stream takes the new position at its next page.
 */
public final class Rewind {

    private final WatermarkStore watermarks;

    /**
     * What came of it.
     *
     * @param from where the watermark stood
     * @param to where it is now; null when it was removed, so that the stream begins at its first row
     */
    public record Moved(Watermark from, @Nullable Watermark to) {

        @Override
        public String toString() {
            return "watermark moved from " + from + " to " + (to == null ? "the beginning" : to);
        }
    }

    public Rewind(WatermarkStore watermarks) {
        this.watermarks = watermarks;
    }

    /**
     * Moves one watermark.
     *
     * @param to the new value, as a person writes it: rows after it are read next. Null for the beginning
     * @param who does it; not blank
     * @param why it is done; not blank
     * @throws ConfigurationException when the stream has no watermark, or the value is none of its type
     * @throws io.factstream.watermark.WatermarkConflictException when the stream advanced meanwhile: do it again
     */
    public Moved move(String stream, @Nullable String to, String who, String why) {
        SavedWatermark saved = watermarks
                .find(stream)
                .orElseThrow(() -> new ConfigurationException(
                        "stream '" + stream + "'",
                        "has no watermark",
                        "factstream watermark list shows those that have one"));
        String type = saved.position().type();
        Watermark target = to == null ? null : Watermark.of(type, WatermarkValue.canonical(type, to, "--to"));
        watermarks.set(stream, saved.position(), target, who, why);
        return new Moved(saved.position(), target);
    }
}
