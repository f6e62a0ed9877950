package io.factstream.localhub;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What goes wrong at the moment. Can be changed at any time, from any thread, while clients are connected.
 *
 * <p>When several faults fit, the one that was switched on first and has hits left strikes; so {@code next(1, a)} and
 * then {@code next(1, b)} fail two sends, in that order. A predicate runs on the thread that serves the connection; if
 * it throws, that connection is dropped.
 */
public final class Faults {

    private final List<ArmedFault<?>> armed = new CopyOnWriteArrayList<>();
    private final Runnable onChange;

    /** @param onChange called after each change, so that standing faults take effect at once */
    Faults(Runnable onChange) {
        this.onChange = onChange;
    }

    /** Switches a fault on until it is cleared. */
    public <S> ArmedFault<S> always(Fault<S> fault) {
        return always(fault, subject -> true);
    }

    /** Switches a fault on, until it is cleared, for what the predicate accepts. */
    public <S> ArmedFault<S> always(Fault<S> fault, Predicate<? super S> when) {
        return arm(ArmedFault.unlimited(fault, when, onChange));
    }

    /** Switches a fault on for the next so many subjects (batches, links, tokens, connections). */
    public <S> ArmedFault<S> next(int times, Fault<S> fault) {
        return next(times, fault, subject -> true);
    }

    /**
     * Switches a fault on for the next so many subjects that the predicate accepts.
     *
     * @throws IllegalArgumentException when {@code times} is less than 1
     */
    public <S> ArmedFault<S> next(int times, Fault<S> fault, Predicate<? super S> when) {
        if (times < 1) {
            throw new IllegalArgumentException("A fault strikes at least once, not " + times + " times");
        }
        return arm(ArmedFault.limited(fault, when, times, onChange));
    }

    /** Switches everything off. */
    public void clear() {
        armed.forEach(ArmedFault::clear);
        armed.clear();
    }

    private <S> ArmedFault<S> arm(ArmedFault<S> fault) {
        armed.removeIf(ArmedFault::isCleared);
        armed.add(fault);
        onChange.run();
        return fault;
    }

    /** The fault of that kind that strikes this subject now, or null. */
    <S> @Nullable ArmedFault<S> strike(Class<? extends Fault<S>> kind, S subject) {
        for (ArmedFault<?> candidate : armed) {
            if (kind.isInstance(candidate.fault())) {
                // A fault of this kind is armed for subjects of this kind's type.
                @SuppressWarnings("unchecked")
                ArmedFault<S> fitting = (ArmedFault<S>) candidate;
                if (fitting.strikes(subject)) {
                    return fitting;
                }
            }
        }
        return null;
    }
}
