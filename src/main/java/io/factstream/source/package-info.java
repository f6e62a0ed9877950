/**
 * Read-only access to the DuckDB file that holds the fact tables: opened for one page, then closed, in turns that leave room
 * for the loader.
 */
@NullMarked
package io.factstream.source;

import org.jspecify.annotations.NullMarked;
