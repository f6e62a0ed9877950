package io.factstream.deadletter;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where dead letters are kept until they are delivered after all or a person purges them. Nothing else removes one.
 *
 * <p>When a method returns, its change is durable; when it throws, nothing has changed, unless it says otherwise. Safe
 * for use by any number of threads and processes. Besides the exceptions named here, every method throws the store's
 * own unchecked exception when the store cannot be read or written: the letters are then <em>not</em> safe, and the
 * watermark must not pass them.
 */
public interface DeadLetterStore {

    /**
     * Stores letters, all or none. A letter that is stored already becomes one with it, see {@link
     * DeadLetter#mergedWith}: storing again what was stored changes nothing.
     *
     * @throws DeadLetterStoreFullException when the new ones among them would pass the limit
     */
    void store(List<DeadLetter> letters);

    /** The letter with that {@link DeadLetter#id}; empty when there is none. */
    Optional<DeadLetter> find(String id);

    /**
     * Letters in the order in which they were first stored.
     *
     * @param after the {@link DeadLetterPage#next} of the page before; null for the first page
     * @param limit how many at most; at least 1. Each is held in memory with its event
     * @throws IllegalArgumentException when {@code after} is not what a page gave
     */
    DeadLetterPage page(DeadLetterFilter filter, @Nullable String after, int limit);

    /** The first letters in the order in which they were first stored, {@code limit} at most, which is at least 1. */
    default List<DeadLetter> list(DeadLetterFilter filter, int limit) {
        return page(filter, null, limit).letters();
    }

    /** What is in the store at this moment. */
    DeadLetterSummary summary();

    /** How many letters are in the store at this moment. */
    long count();

    /**
     * Records one more failed attempt to deliver a letter.
     *
     * @return false when there is no such letter (any more)
     */
    boolean attempted(String id, Instant at, DeliveryFailure failure);

    /**
     * Removes a letter whose event the hub has acknowledged.
     *
     * @return false when there is no such letter (any more)
     */
    boolean delivered(String id);

    /**
     * Removes letters for good, undelivered. Many are removed in several steps so that streams can save meanwhile: a
     * purge that fails may have removed some.
     *
     * @param filter with at least one criterion
     * @return how many
     * @throws IllegalArgumentException when the filter means every letter
     */
    int purge(DeadLetterFilter filter);
}
