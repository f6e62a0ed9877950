package io.factstream;

import io.factstream.config.KnownSettings;
import io.factstream.config.Settings;
import io.factstream.source.DuckDbSource;
import io.factstream.source.SourceBusyException;
import io.factstream.stream.Backfill;
import io.factstream.watermark.WatermarkStore;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of which stream are to be sent again.
 *
 * @param stream the stream's id
 * @param from the first watermark value; null for the first there is
 * @param to the last watermark value; null for the stream's watermark. With neither, the buckets that hold late rows
 */
public record BackfillRange(
        String stream, @Nullable String from, @Nullable String to) {

    /** A loader that holds the file longer keeps the command from starting. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    Backfill resolve(Settings settings, DuckDbSource source, WatermarkStore watermarks) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return Backfill.of(RouteValues.definitions(settings).stream(stream), source, watermarks, from, to);
            } catch (SourceBusyException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                pause(settings.get(KnownSettings.SOURCE_BUSY_RETRY), e);
            }
        }
    }

    private static void pause(Duration time, SourceBusyException busy) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw busy;
        }
    }
}
