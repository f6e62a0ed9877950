package io.factstream.stream;

import io.factstream.config.NonFinite;
import io.factstream.eventhubs.HubLayout;
import io.factstream.eventhubs.Hubs;
import io.factstream.eventhubs.OutageException;
import io.factstream.source.Courtesy;
import io.factstream.source.DuckDbSource;
import io.factstream.time.Ticker;
import io.factstream.watermark.WatermarkStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/** Streams that nobody polls, for tests of what is done to them from outside. */
public final class IdleStreams {

    /** A hub that nobody asks. */
    private static final Hubs NO_HUBS = new Hubs() {
        @Override
        public HubLayout layout(String hub) {
            throw new AssertionError(hub);
        }

        @Override
        public Optional<OutageException> cut(String hub) {
            return Optional.empty();
        }
    };

    private IdleStreams() {}

    /** Begins without a stream. */
    public static Streams in(Path folder, WatermarkStore watermarks, Clock clock) {
        DuckDbSource source = new DuckDbSource(
                folder.resolve("facts.duckdb"),
                32L << 20,
                1,
                Duration.ofSeconds(1),
                folder.resolve("spill"),
                new Courtesy(Duration.ofSeconds(1), Duration.ZERO, 1));
        StreamServices.Pages pages = new StreamServices.Pages(
                "shop",
                "1.0",
                "session",
                NonFinite.STRING,
                10,
                1 << 20,
                1 << 20,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                1,
                Duration.ZERO);
        return new Streams(new StreamServices(
                source, NO_HUBS, watermarks, new PageMemory(1, 1), pages, clock, clock, Ticker.system()));
    }

    /** Adds a stream. */
    public static FactStream define(Streams streams, Path folder, String id) {
        try {
            Files.writeString(folder.resolve(id + ".sql"), "SELECT 1 AS _watermark");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Path query = folder.resolve(id + ".sql");
        streams.prepare(new StreamDefinition(
                id, id + "_happened", query, StreamDefinition.read(query), "_watermark", "hub", Duration.ZERO));
        return streams.open(id);
    }
}
