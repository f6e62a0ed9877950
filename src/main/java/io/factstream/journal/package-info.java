/** What people did to streams and dead letters while they were operated: who, when and what. */
@NullMarked
package io.factstream.journal;

import org.jspecify.annotations.NullMarked;
