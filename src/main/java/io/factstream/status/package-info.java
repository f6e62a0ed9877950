/** What a runtime tells other processes of its streams through the state, and which streams people want paused. */
@NullMarked
package io.factstream.status;

import org.jspecify.annotations.NullMarked;
