package io.factstream.deadletter;

import java.util.HashMap;
import java.util.Map;

/**
 * What one round of a replay did.
 *
 * @param delivered letters that were acknowledged and removed
 * @param failed letters that failed again, each counted as one more attempt
 * @param unavailable the hubs that were away, and why; the letters for them wait and nothing was counted
 * @param stopped whether the round was asked to stop before its end
 */
public record ReplayResult(long delivered, long failed, Map<String, DeliveryFailure> unavailable, boolean stopped) {

    public ReplayResult {
        unavailable = Map.copyOf(unavailable);
    }

    /** What this and another round did together. */
    public ReplayResult plus(ReplayResult other) {
        Map<String, DeliveryFailure> both = new HashMap<>(unavailable);
        both.putAll(other.unavailable);
        return new ReplayResult(delivered + other.delivered, failed + other.failed, both, stopped || other.stopped);
    }

    /** Whether every letter that was meant is delivered. */
    public boolean isComplete() {
        return failed == 0 && unavailable.isEmpty() && !stopped;
    }

    /** Whether there was nothing to do. */
    public boolean isIdle() {
        return delivered == 0 && isComplete();
    }
}
