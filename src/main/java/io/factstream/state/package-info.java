/** FactStream's own database: watermarks, dead letters and sessions kept in one SQLite file. */
@NullMarked
package io.factstream.state;

import org.jspecify.annotations.NullMarked;
