/** Events that cannot be delivered: what is known of each, and the store that keeps them until a person decides. */
@NullMarked
package io.factstream.deadletter;

import org.jspecify.annotations.NullMarked;
