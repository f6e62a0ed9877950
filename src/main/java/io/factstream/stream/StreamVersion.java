package io.factstream.stream;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which version of its files a stream runs.
 *
 * @param number 1 from the start on, one more with each change that was taken up
 * @param since when it was taken up
 * @param refusal why the newest change was not taken up, as {@code validate} tells it; null when there is none
 * @param refusedAt when that was; null with {@code refusal}
 */
public record StreamVersion(
        int number,
        Instant since,
        @Nullable String refusal,
        @Nullable Instant refusedAt) {

    StreamVersion next(Instant now) {
        return new StreamVersion(number + 1, now, null, null);
    }

    StreamVersion refused(@Nullable String why, Instant now) {
        return new StreamVersion(number, since, why, why == null ? null : now);
    }
}
