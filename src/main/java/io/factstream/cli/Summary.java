package io.factstream.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.factstream.Application;
import io.factstream.stream.FactStream;
import io.factstream.stream.RefusedStream;
import io.factstream.stream.StreamState;
import io.factstream.stream.StreamStatus;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** What a run that ended did. */
final class Summary {

    private Summary() {}

    /** Prints a line a stream. Returns whether everything was delivered. */
    static boolean print(Application application, PrintWriter out) {
        List<StreamStatus> statuses = statuses(application);
        out.printf(
                Locale.ROOT,
                "%n%-26s %12s %12s %8s %9s  %s%n",
                "stream",
                "rows",
                "events",
                "batches",
                "dead",
                "outcome");
        for (StreamStatus status : statuses) {
            out.printf(
                    Locale.ROOT,
                    "%-26s %,12d %,12d %,8d %,9d  %s%n",
                    status.stream(),
                    status.counts().rowsRead(),
                    status.counts().eventsSent(),
                    status.counts().batches(),
                    status.counts().deadLettered(),
                    outcome(status));
        }
        List<RefusedStream> refused = application.streams().refused();
        for (RefusedStream stream : refused) {
            out.printf(
                    Locale.ROOT,
                    "%-26s %12s %12s %8s %9s  refused: %s%n",
                    stream.stream(),
                    "-",
                    "-",
                    "-",
                    "-",
                    Text.line(stream.why()));
        }
        long events = statuses.stream().mapToLong(s -> s.counts().eventsSent()).sum();
        long dead = statuses.stream().mapToLong(s -> s.counts().deadLettered()).sum();
        long failed = statuses.stream().filter(s -> s.lastError() != null).count();
        out.printf(
                Locale.ROOT,
                "%,d events sent, %,d dead-lettered, %d streams failed%s%n",
                events,
                dead,
                failed,
                refused.isEmpty() ? "" : ", " + refused.size() + " refused");
        out.flush();
        return refused.isEmpty() && statuses.stream().allMatch(Summary::isDelivered);
    }

    private static List<StreamStatus> statuses(Application application) {
        return application.streams().all().stream().map(FactStream::status).toList();
    }

    private static boolean isDelivered(StreamStatus status) {
        return status.lastError() == null
                && (status.drained() || status.state() == StreamState.PAUSED)
                && status.counts().deadLettered() == 0
                && status.state() != StreamState.PAUSED;
    }

    /** As {@link #print}, for programs. {@code delivered} tells whether everything was. */
    static ObjectNode json(Application application) {
        List<StreamStatus> statuses = statuses(application);
        ObjectNode object = Json.object();
        object.put("session", application.sessionId());
        List<RefusedStream> refused = application.streams().refused();
        object.put("delivered", refused.isEmpty() && statuses.stream().allMatch(Summary::isDelivered));
        ArrayNode streams = object.putArray("streams");
        for (StreamStatus status : statuses) {
            streams.addObject()
                    .put("stream", status.stream())
                    .put("rows_read", status.counts().rowsRead())
                    .put("events_sent", status.counts().eventsSent())
                    .put("batches", status.counts().batches())
                    .put("dead_lettered", status.counts().deadLettered())
                    .put("late_rows", status.lateRows().rows())
                    .put("drained", status.drained())
                    .put("paused", status.state() == StreamState.PAUSED)
                    .put("last_error", status.lastError())
                    .put("warning", status.warning());
        }
        ArrayNode left = object.putArray("refused");
        refused.forEach(
                stream -> left.addObject().put("stream", stream.stream()).put("why", stream.why()));
        return object;
    }

    private static String outcome(StreamStatus status) {
        if (status.lastError() != null) {
            return "failed: " + status.lastError();
        }
        if (status.state() == StreamState.PAUSED) {
            return "paused, nothing was read; factstream resume " + status.stream() + " lets it go on";
        }
        if (!status.drained()) {
            return "not finished: given up after nothing was delivered for factstream.once.patience";
        }
        String hint = "";
        Long unsettled = status.rowsUnsettled();
        if (status.waiting() != null) {
            hint += ", " + status.waiting();
        } else if (unsettled != null && unsettled > 0) {
            hint += String.format(Locale.ROOT, ", %,d rows not yet due", unsettled);
        }
        Long unreadable = status.rowsWithoutWatermark();
        if (unreadable != null && unreadable > 0) {
            hint += String.format(Locale.ROOT, ", %,d rows without a watermark cannot be read", unreadable);
        }
        if (status.lateRows().rows() > 0) {
            hint += String.format(
                    Locale.ROOT,
                    ", %,d late rows (factstream backfill %s)",
                    status.lateRows().rows(),
                    status.stream());
        }
        if (status.lateRows().gone() > 0) {
            hint += String.format(
                    Locale.ROOT,
                    ", %,d delivered rows are gone",
                    status.lateRows().gone());
        }
        if (status.warning() != null) {
            hint += ", " + status.warning();
        }
        return "delivered" + hint;
    }
}
