/** How far each stream has come: the position below which nothing is missing, and the store that keeps it. */
@NullMarked
package io.factstream.watermark;

import org.jspecify.annotations.NullMarked;
