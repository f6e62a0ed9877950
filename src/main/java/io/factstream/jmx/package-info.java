/** What JMX shows of a runtime, and lets a person do. */
@NullMarked
package io.factstream.jmx;

import org.jspecify.annotations.NullMarked;
