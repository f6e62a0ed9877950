package io.factstream.stream;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Tells of rows whose time lies in the future, so that they wait to be read: nothing else shows that they are there. */
final class Waiting {

    /** Clocks of a loader and of this machine may differ by so much. */
    private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(1);

    private static final Duration LEAST_OFFSET = Duration.ofMinutes(15);
    private static final Duration MOST_OFFSET = Duration.ofHours(14);
    private static final long HALF_HOUR = 30;

    private Waiting() {}

    /**
     * A sentence without its end; null where no row lies in the future.
     *
     * @param backlog with the rows that wait
     * @param column the watermark column
     * @param usual for how long a row of now waits
     */
    static @Nullable String words(Backlog backlog, String column, Duration usual, Instant now) {
        Instant first = backlog.firstDue();
        Instant last = backlog.lastDue();
        if (backlog.unsettled() == 0 || first == null || last == null) {
            return null;
        }
        Duration ahead = Duration.between(now, last.minus(usual));
        if (ahead.compareTo(CLOCKS_DIFFER) <= 0) {
            return null;
        }
        String rows =
                String.format(Locale.ROOT, "%,d %s", backlog.unsettled(), backlog.unsettled() == 1 ? "row" : "rows");
        String until = first.equals(last)
                ? (backlog.unsettled() == 1 ? " waits until " : " wait until ") + seconds(last)
                : (backlog.unsettled() == 1 ? " waits" : " wait") + ", the first until " + seconds(first)
                        + ", the last until " + seconds(last);
        return rows + until + ": the newest " + column + " lies " + text(ahead) + " in the future" + offset(ahead);
    }

    private static String offset(Duration ahead) {
        if (ahead.compareTo(LEAST_OFFSET) < 0 || ahead.compareTo(MOST_OFFSET) > 0) {
            return "";
        }
        long minutes = (ahead.toMinutes() + HALF_HOUR - 1) / HALF_HOUR * HALF_HOUR;
        return ", as where a loader stores the local time of a zone " + text(Duration.ofMinutes(minutes))
                + " ahead of UTC";
    }

    private static Instant seconds(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS);
    }

    private static String text(Duration time) {
        if (time.toDays() > 1) {
            return time.toDays() + " days";
        }
        long minutes = Math.max(1, time.toMinutes());
        String rest = minutes % 60 == 0 ? "" : minutes % 60 + " min";
        return minutes < 60 ? rest : minutes / 60 + " h" + (rest.isEmpty() ? "" : " " + rest);
    }
}
