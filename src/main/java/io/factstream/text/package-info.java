/** How constants and bytes are written as text, the same everywhere. */
@NullMarked
package io.factstream.text;

import org.jspecify.annotations.NullMarked;
