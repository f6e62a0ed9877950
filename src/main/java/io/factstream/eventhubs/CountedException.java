package io.factstream.eventhubs;

/**
 * A send failed together with another one, which its circuit breaker has counted; the cause says how.
 */
final class CountedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    CountedException(OutageException why) {
        super(why);
    }
}
