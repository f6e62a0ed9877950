package io.factstream.jmx;

import io.factstream.statistics.StepTimes;

/** How long a step took, as JMX carries it. */
public final class Times {

    private static final double MILLIS = 1000;

    private final StepTimes times;

    Times(StepTimes times) {
        this.times = times;
    }

    /** How often it was done in this session. */
    public long getCount() {
        return times.count();
    }

    /** Milliseconds, over the session. */
    public double getMeanMillis() {
        return times.mean() * MILLIS;
    }

    /** Milliseconds, of the last minutes. */
    public double getP50Millis() {
        return times.p50() * MILLIS;
    }

    /** Milliseconds, of the last minutes. */
    public double getP99Millis() {
        return times.p99() * MILLIS;
    }

    /** Milliseconds, of the last minutes. */
    public double getMaxMillis() {
        return times.max() * MILLIS;
    }
}
