package io.factstream.config;

import io.factstream.config.ConfigurationException.Problem;
import java.util.ArrayList;
import java.util.List;

/** Gathers what is wrong, so that a person hears of all of it at once. For one thread. */
final class Problems {

    private final List<Problem> found = new ArrayList<>();

    void add(String where, String what, String mend) {
        found.add(new Problem(where, what, mend));
    }

    /** Runs a check and keeps its refusal, if it has one. */
    void collect(Runnable check) {
        try {
            check.run();
        } catch (ConfigurationException refusal) {
            found.addAll(refusal.problems());
        }
    }

    /** @throws ConfigurationException if anything was gathered */
    void refuseIfAny() {
        if (!found.isEmpty()) {
            throw new ConfigurationException(found);
        }
    }
}
