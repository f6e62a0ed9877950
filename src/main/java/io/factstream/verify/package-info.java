/** Compares what a hub holds of a stream with the rows of its source, one by one. */
@NullMarked
package io.factstream.verify;

import org.jspecify.annotations.NullMarked;
