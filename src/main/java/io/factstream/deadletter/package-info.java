/**
 * Events that cannot be delivered: what is known of each, the store that keeps them until they are delivered after all or
 * a person purges them, and how they are replayed, published, exported and imported.
 */
@NullMarked
package io.factstream.deadletter;

import org.jspecify.annotations.NullMarked;
