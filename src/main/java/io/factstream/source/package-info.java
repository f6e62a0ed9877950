/** Read-only access to the DuckDB file that holds the fact tables: opened for one page, then closed. */
@NullMarked
package io.factstream.source;

import org.jspecify.annotations.NullMarked;
