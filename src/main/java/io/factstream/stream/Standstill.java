package io.factstream.stream;

import java.time.Instant;

/**
 * A stream has delivered nothing for a while, and rows wait, or may wait.
 *
 * @param since when it last delivered something, or found that there was nothing to deliver
 * @param why in a sentence without its end. Holds no secret
 * @param rowsWait whether rows are known to wait; false where that is not known
 */
public record Standstill(Instant since, String why, boolean rowsWait) {}
