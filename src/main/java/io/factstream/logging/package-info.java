/** What a log line may show: the last look at it before it is written. */
@NullMarked
package io.factstream.logging;

import org.jspecify.annotations.NullMarked;
