/**
 * An Event Hubs namespace inside this process, for development, tests and measurements.
 *
 * <p>The unmodified Azure SDK clients accept it over a loopback socket. It stands alone: nothing here knows the rest of
 * FactStream. {@link io.factstream.localhub.LocalEventHubs} is the way in, {@link io.factstream.localhub.Fault} lists
 * what can be made to go wrong.
 */
@NullMarked
package io.factstream.localhub;

import org.jspecify.annotations.NullMarked;
