package io.factstream.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One way to move rows to a hub.
 *
 * @param name as the report shows it
 * @param data the rows
 * @param rows how many of them it moves: fewer for the slow ones, so that a round takes about as long for each
 * @param checksum of their ids
 * @param start starts it on its job
 */
record Contender(String name, Dataset data, long rows, long checksum, Start start) {

    /** Starts a process that does a job and ends. */
    @FunctionalInterface
    interface Start {
        JavaProcess start(Path folder, Job job) throws IOException;
    }

    /** One that has a main class of its own. */
    static Contender loop(String name, Dataset data, long rows, long checksum, Class<?> main) {
        return new Contender(
                name,
                data,
                rows,
                checksum,
                (folder, job) ->
                        JavaProcess.start(folder, JavaProcess.LAUNCHER_OPTIONS, Map.of(), main, job.arguments()));
    }

    /** FactStream with one stream, or one for each part of the data, as {@link FactStreamRun} starts it. */
    static Contender factStream(@Nullable Path launcher, String name, Dataset data, int streams, long checksum) {
        return new Contender(name, data, data.rows(), checksum, (folder, job) -> {
            FactStreamRun run = new FactStreamRun(launcher, folder, job.file(), job.connectionString(), job.hub());
            for (int part = 0; part < streams; part++) {
                run.stream("bench-" + part, data.query(streams == 1 ? "facts" : Dataset.part(part)));
            }
            return run.start(List.of(), "--once");
        });
    }

    /**
     * Does the job once.
     *
     * @throws IllegalStateException when it fails, loses an event or sends one twice
     */
    Measurement run(HubProcess hubs, Path folder) throws IOException, InterruptedException {
        Job job = new Job(data.file(), data.query(), rows, hubs.connectionString(), hubs.unusedHub());
        double hubBefore = hubs.processorSeconds();
        try (JavaProcess process = start.start(folder, job)) {
            JavaProcess.Use use = process.awaitEnd(900);
            Taken taken = hubs.taken(job.hub());
            if (taken.events() != rows || taken.checksum() != checksum) {
                throw new IllegalStateException(name + " delivered " + taken.events() + " events of " + rows
                        + " rows, and their ids " + (taken.checksum() == checksum ? "fit" : "do not fit") + "\n"
                        + process.output());
            }
            return Measurement.of(process, taken, use, hubs.processorSeconds() - hubBefore);
        }
    }
}
