/** Made-up retail tables, to try FactStream and to test it on more than a handful of rows. */
@NullMarked
package io.factstream.sample;

import org.jspecify.annotations.NullMarked;
