/** The runtime: wires the packages below it into one Camel application. */
@NullMarked
package io.factstream;

import org.jspecify.annotations.NullMarked;
