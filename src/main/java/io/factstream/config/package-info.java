/** Settings: what can be set, from where it comes, and the refusal of what makes no sense. */
@NullMarked
package io.factstream.config;

import org.jspecify.annotations.NullMarked;
