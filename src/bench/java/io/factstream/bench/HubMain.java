package io.factstream.bench;

import io.factstream.localhub.Fault;
import io.factstream.localhub.LocalEventHubs;
import io.factstream.localhub.Retention;
import io.factstream.localhub.SentBatch;
import io.factstream.localhub.SentEvent;
import io.factstream.localhub.Tally;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The embedded event hub in a process of its own. It says its connection string, then answers each hub's name that it is
 * asked for with what that hub took, and a name after {@link #WATCH} or {@link #ARRIVALS} as they say; it ends with its input.
 */
final class HubMain {

    /** How many hubs there are: one a run, so that each begins with nothing. */
    static final int HUBS = 1_000;

    static final int PARTITIONS = 4;

    /** Asks to note from now on when each event of a hub comes, which costs far more than to count it. */
    static final String WATCH = "watch ";

    /** Asks for the arrivals of a watched hub's events: {@code id=time}, in milliseconds since 1970. */
    static final String ARRIVALS = "arrivals ";

    private static final Pattern TRACE_ID = Pattern.compile("\"trace_id\":\"([^\"]+)\"");

    private final Map<String, Times> times = new ConcurrentHashMap<>();
    private final Set<String> watched = ConcurrentHashMap.newKeySet();

    private HubMain() {}

    /** When batches came, in nanoseconds of this machine's clock. */
    private static final class Times {
        private final AtomicLong batches = new AtomicLong();
        private final Queue<String> arrivals = new ConcurrentLinkedQueue<>();
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
                note(batch);
                return false;
            });
            System.out.println(hubs.connectionString());
            BufferedReader asked = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String question = asked.readLine(); question != null; question = asked.readLine()) {
                System.out.println(answer(hubs, question));
            }
        }
    }

    private void note(SentBatch batch) {
        Times of = times.computeIfAbsent(batch.hub(), name -> new Times());
        long now = System.nanoTime();
        if (of.batches.getAndIncrement() == 0) {
            of.first = now;
        }
        of.last = now;
        if (watched.contains(batch.hub())) {
            long arrived = System.currentTimeMillis();
            for (SentEvent event : batch.events()) {
                Matcher id = TRACE_ID.matcher(event.text());
                if (id.find()) {
                    of.arrivals.add(id.group(1) + "=" + arrived);
                }
            }
        }
    }

    private String arrivals(String hub) {
        return String.join(" ", times.getOrDefault(hub, new Times()).arrivals);
    }

    private String answer(LocalEventHubs hubs, String question) {
        if (question.startsWith(WATCH)) {
            watched.add(question.substring(WATCH.length()));
            return "";
        }
        return question.startsWith(ARRIVALS) ? arrivals(question.substring(ARRIVALS.length())) : taken(hubs, question);
    }

    private String taken(LocalEventHubs hubs, String hub) {
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
