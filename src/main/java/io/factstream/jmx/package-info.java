/** What JMX shows of streams. */
@NullMarked
package io.factstream.jmx;

import org.jspecify.annotations.NullMarked;
