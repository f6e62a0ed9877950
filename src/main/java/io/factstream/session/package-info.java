/** Runs of the runtime: when each began and ended, how, and what each stream did in it. */
@NullMarked
package io.factstream.session;

import org.jspecify.annotations.NullMarked;
