package io.factstream.localhub;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * A fault that was switched on.
 *
 * @param <S> what it strikes
 */
public final class ArmedFault<S> {

    private static final int WITHOUT_END = -1;

    private final Fault<S> fault;
    private final Predicate<? super S> when;
    private final int limit;
    private final Runnable onClear;
    private final AtomicInteger hits = new AtomicInteger();
    private volatile boolean cleared;

    private ArmedFault(Fault<S> fault, Predicate<? super S> when, int limit, Runnable onClear) {
        this.fault = fault;
        this.when = when;
        this.limit = limit;
        this.onClear = onClear;
    }

    static <S> ArmedFault<S> unlimited(Fault<S> fault, Predicate<? super S> when, Runnable onClear) {
        return new ArmedFault<>(fault, when, WITHOUT_END, onClear);
    }

    static <S> ArmedFault<S> limited(Fault<S> fault, Predicate<? super S> when, int times, Runnable onClear) {
        return new ArmedFault<>(fault, when, times, onClear);
    }

    /** What was switched on. */
    public Fault<S> fault() {
        return fault;
    }

    /** How often it struck so far. */
    public int hits() {
        return hits.get();
    }

    /** Switches it off. What it took away (credit, an answering peer) comes back. */
    public void clear() {
        cleared = true;
        onClear.run();
    }

    boolean isCleared() {
        return cleared;
    }

    /** Counts a hit, unless this is spent, was cleared or means other subjects. */
    boolean strikes(S subject) {
        if (cleared || !when.test(subject)) {
            return false;
        }
        int before = hits.getAndUpdate(count -> limit == WITHOUT_END || count < limit ? count + 1 : count);
        return limit == WITHOUT_END || before < limit;
    }
}
