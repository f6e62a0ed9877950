/** What a person may do to a running runtime: the one place that every way to operate it calls. */
@NullMarked
package io.factstream.control;

import org.jspecify.annotations.NullMarked;
