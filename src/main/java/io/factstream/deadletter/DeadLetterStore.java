package io.factstream.deadletter;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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

    /** A page ends early when its events have come to this many bytes, so that large ones do not fill the memory. */
    int PAGE_BYTES = 8 << 20;

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
     * Letters in the order in which they were first stored; fewer than {@code limit} where their events are large, see
     * {@link #PAGE_BYTES}.
     *
     * @param after the {@link DeadLetterPage#next} of the page before; null for the first page
     * @param limit how many at most; at least 1. Each is held in memory with its event
     * @throws IllegalArgumentException when {@code after} is not what a page gave
     */
    DeadLetterPage page(DeadLetterFilter filter, @Nullable String after, int limit);

    /** The first letters in the order in which they were first stored, {@code limit} at most, which is at least 1. */
    default List<DeadLetter> list(DeadLetterFilter filter, int limit) {
        DeadLetterPage page = page(filter, null, limit);
        List<DeadLetter> letters = new ArrayList<>(page.letters());
        String next = page.next();
        while (next != null && letters.size() < limit) {
            page = page(filter, next, limit - letters.size());
            letters.addAll(page.letters());
            next = page.next();
        }
        return letters;
    }

    /** What is in the store at this moment. */
    DeadLetterSummary summary();

    /** How many letters are in the store at this moment. */
    long count();

    /** How many letters meet the filter at this moment. */
    long count(DeadLetterFilter filter);

    /** The event hubs that letters in the store are meant for, in alphabetical order. */
    Set<String> hubs();

    /**
     * Records one more failed attempt to deliver a letter, by a replay.
     *
     * @return false when there is no such letter (any more)
     */
    boolean attempted(String id, Instant at, DeliveryFailure failure);

    /**
     * Removes letters whose events the hub has acknowledged, all or none. One that failed again since it was read stays:
     * what the hub acknowledged may not be what is stored now.
     *
     * @param letters as they were read
     * @return how many were removed
     */
    int delivered(Collection<DeadLetter> letters);

    /**
     * Letters that were not published to the dead-letter hub yet, in the order in which they were first stored.
     *
     * @param limit how many at most; fewer where their events are large, see {@link #PAGE_BYTES}
     */
    List<DeadLetter> unpublished(int limit);

    /** Records that letters were published, all or none. Those that are gone or published already are left alone. */
    void published(Collection<DeadLetter> letters, Instant at);

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
