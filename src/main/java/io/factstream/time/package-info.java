/** Time that only goes on: for waits, deadlines, pauses between looks, and rates. */
@NullMarked
package io.factstream.time;

import org.jspecify.annotations.NullMarked;
