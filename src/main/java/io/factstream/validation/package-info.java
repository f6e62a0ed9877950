/** What a check of settings, routes and queries finds, without anything being sent. */
@NullMarked
package io.factstream.validation;

import org.jspecify.annotations.NullMarked;
