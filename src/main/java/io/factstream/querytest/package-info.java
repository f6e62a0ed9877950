/** Tests of streams, written in YAML beside them: rows that go in, events that must come out. */
@NullMarked
package io.factstream.querytest;

import org.jspecify.annotations.NullMarked;
