/** The local hubs, seen through unmodified Azure SDK clients. */
@NullMarked
package io.factstream.localhub;

import org.jspecify.annotations.NullMarked;
