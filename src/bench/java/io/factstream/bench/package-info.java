/** Measures how fast FactStream moves rows, beside loops written by hand, a stock Camel route, and its parts alone. */
@NullMarked
package io.factstream.bench;

import org.jspecify.annotations.NullMarked;
