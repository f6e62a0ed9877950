/** A stream: its definition, its pages, the events made of their rows, and the batches they are sent in. */
@NullMarked
package io.factstream.stream;

import org.jspecify.annotations.NullMarked;
