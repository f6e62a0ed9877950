/** The management port: health, metrics, Jolokia, the status as JSON, actions, and a page that shows it all. */
@NullMarked
package io.factstream.management;

import org.jspecify.annotations.NullMarked;
