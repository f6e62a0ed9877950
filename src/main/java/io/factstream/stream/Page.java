package io.factstream.stream;

import io.factstream.eventhubs.HubLayout;
import io.factstream.stream.PageMemory.Room;
import io.factstream.watermark.Passed;
import io.factstream.watermark.Watermark;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The rows of a stream between two watermarks, read by one poll, as batches ready to be sent. */
public final class Page {

    private final @Nullable Watermark from;
    private final Watermark to;
    private final Passed passed;
    private final boolean more;
    private final Room room;
    private final HubLayout layout;
    private final List<PartitionBatches> partitions;

    /**
     * @param room the memory that it takes
     * @param layout of the hub, by which its events are sorted into partitions
     */
    Page(
            @Nullable Watermark from,
            Watermark to,
            Passed passed,
            boolean more,
            Room room,
            HubLayout layout,
            List<PartitionBatches> partitions) {
        this.from = from;
        this.to = to;
        this.passed = passed;
        this.more = more;
        this.room = room;
        this.layout = layout;
        this.partitions = List.copyOf(partitions);
    }

    /**
     * For each partition that has events still to be sent the batches of them: all when the page was just read, the rest
     * when sending it has failed. Partitions may be sent to side by side.
     */
    public List<PartitionBatches> partitions() {
        return partitions.stream()
                .map(partition -> new PartitionBatches(partition.partition(), partition.unsettled()))
                .filter(partition -> !partition.batches().isEmpty())
                .toList();
    }

    /** Whether its events are sorted into the partitions that a hub has. */
    boolean isFor(HubLayout hub) {
        return layout.partitions().equals(hub.partitions());
    }

    /** What is still to be sent of it, sorted otherwise; all events of a key in the order in which they stand here. */
    Page sorted(HubLayout hub, Function<List<Event>, List<PartitionBatches>> sorter) {
        List<Event> rest = partitions().stream()
                .flatMap(partition -> partition.batches().stream())
                .flatMap(batch -> batch.events().stream())
                .toList();
        return new Page(from, to, passed, more, room, hub, sorter.apply(rest));
    }

    /** How many events are neither acknowledged nor durably dead-lettered. */
    int unsettled() {
        return partitions().stream()
                .flatMap(partition -> partition.batches().stream())
                .mapToInt(EventBatch::size)
                .sum();
    }

    /** The memory that it takes, to be released when nobody needs it any more. */
    Room room() {
        return room;
    }

    /** How many rows it holds; 0 when the rows of the window are gone. */
    public int rows() {
        return Math.toIntExact(passed.rows());
    }

    @Nullable
    Watermark from() {
        return from;
    }

    Watermark to() {
        return to;
    }

    Passed passed() {
        return passed;
    }

    /** Whether settled rows are known to lie beyond it. */
    boolean more() {
        return more;
    }
}
