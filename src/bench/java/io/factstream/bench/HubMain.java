package io.factstream.bench;

import io.factstream.localhub.Fault;
import io.factstream.localhub.LocalEventHubs;
import io.factstream.localhub.Retention;
import io.factstream.localhub.Tally;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The embedded event hub in a process of its own. It says its connection string, then answers each hub's name that it is
 * asked for with what that hub took; it ends with its input.
 */
final class HubMain {

    /** How many hubs there are: one a run, so that each begins with nothing. */
    static final int HUBS = 1_000;

    static final int PARTITIONS = 4;

    private final Map<String, Times> times = new ConcurrentHashMap<>();

    private HubMain() {}

    /** When batches came, in nanoseconds of this machine's clock. */
    private static final class Times {
        private final AtomicLong batches = new AtomicLong();
        private volatile long first;
        private volatile long last;
    }

    static String hub(int number) {
        return "hub-" + number;
    }

    public static void main(String[] args) throws IOException {
        new HubMain().serve();
    }

    private void serve() throws IOException {
        LocalEventHubs.Builder builder =
                LocalEventHubs.builder().retention(Retention.COUNT_ONLY).checksum(EventIds::checksumOfEvent);
        for (int i = 0; i < HUBS; i++) {
            builder.hub(hub(i), PARTITIONS);
        }
        try (LocalEventHubs hubs = builder.start()) {
            // It never strikes: it only sees each batch.
            hubs.faults().always(Fault.release(), batch -> {
                note(batch.hub());
                return false;
            });
            System.out.println(hubs.connectionString());
            BufferedReader asked = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String hub = asked.readLine(); hub != null; hub = asked.readLine()) {
                System.out.println(answer(hubs, hub));
            }
        }
    }

    private void note(String hub) {
        Times of = times.computeIfAbsent(hub, name -> new Times());
        long now = System.nanoTime();
        if (of.batches.getAndIncrement() == 0) {
            of.first = now;
        }
        of.last = now;
    }

    private String answer(LocalEventHubs hubs, String hub) {
        long events = 0;
        long bytes = 0;
        long checksum = 0;
        for (Tally tally : hubs.tallies(hub)) {
            events += tally.events();
            bytes += tally.bodyBytes();
            checksum += tally.checksum();
        }
        Times of = times.getOrDefault(hub, new Times());
        return events + " " + bytes + " " + checksum + " " + of.batches + " " + of.first + " " + of.last;
    }
}
