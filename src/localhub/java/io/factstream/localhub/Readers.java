package io.factstream.localhub;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who reads one partition in one consumer group. A reader with an epoch (the SDKs' "owner level") reads alone: it
 * displaces readers without one and readers whose epoch is not higher. Readers without an epoch share, up to five.
 */
final class Readers {

    static final int MOST_SHARING = 5;

    /** One consuming link. */
    interface Reader {
        /** Null for a reader without an epoch. */
        @Nullable
        Long epoch();

        /** Called on any thread, once at most: another reader took over. */
        void displaced(String description);
    }

    /** Why a reader may not join. */
    record Refusal(String condition, String description) {}

    private final List<Reader> readers = new ArrayList<>();

    /** Lets a reader in, displacing others, or says why not. */
    @Nullable
    Refusal join(Reader reader) {
        List<Reader> displaced = new ArrayList<>();
        synchronized (this) {
            Long epoch = reader.epoch();
            Long present = readers.stream()
                    .map(Reader::epoch)
                    .filter(e -> e != null)
                    .findFirst()
                    .orElse(null);
            if (present != null && (epoch == null || epoch < present)) {
                return new Refusal(
                        Conditions.LINK_STOLEN,
                        "A reader with epoch " + present + " holds this partition; this one has "
                                + (epoch == null ? "none" : epoch));
            }
            if (epoch == null && readers.size() >= MOST_SHARING) {
                return new Refusal(
                        Conditions.RESOURCE_LIMIT_EXCEEDED,
                        "A consumer group reads a partition with at most " + MOST_SHARING + " readers");
            }
            if (epoch != null) {
                displaced.addAll(readers);
                readers.clear();
            }
            readers.add(reader);
        }
        displaced.forEach(other -> other.displaced("A reader with epoch " + reader.epoch() + " took this partition"));
        return null;
    }

    synchronized void leave(Reader reader) {
        readers.remove(reader);
    }
}
