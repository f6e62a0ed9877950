package io.factstream.config;

import io.factstream.config.ConfigurationException.Problem;
import java.util.ArrayList;
import java.util.List;

/** Gathers what is wrong, so that a person hears of all of it at once. For one thread. */
public final class Problems {

    private final List<Problem> found = new ArrayList<>();

    /** Notes a problem, in the words of {@link Problem}. */
    public void add(String where, String what, String mend) {
        found.add(new Problem(where, what, mend));
    }

    /** Runs a check and keeps its refusal, if it has one. */
    public void collect(Runnable check) {
        try {
            check.run();
        } catch (ConfigurationException refusal) {
            found.addAll(refusal.problems());
        }
    }

    /** How many were gathered so far. */
    public int count() {
        return found.size();
    }

    /** What was gathered so far, in the order in which it was found. */
    public List<Problem> all() {
        return List.copyOf(found);
    }

    /**
     * Ends a check.
     *
     * @throws ConfigurationException if anything was gathered
     */
    public void refuseIfAny() {
        if (!found.isEmpty()) {
            throw new ConfigurationException(found);
        }
    }
}
