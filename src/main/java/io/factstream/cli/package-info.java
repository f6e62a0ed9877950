/** The commands that people type. They call the runtime; nothing calls them. */
@NullMarked
package io.factstream.cli;

import org.jspecify.annotations.NullMarked;
