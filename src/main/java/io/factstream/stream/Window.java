package io.factstream.stream;

import io.factstream.watermark.Watermark;
import org.jspecify.annotations.Nullable;

/**
 * Where a page begins and ends.
 *
 * @param from the watermark before it; null for the first page
 * @param to the watermark when all of it is delivered
 * @param more whether settled rows are known to lie beyond it
 * @param condition the SQL condition that selects its rows
 */
record Window(@Nullable Watermark from, Watermark to, boolean more, String condition) {}
