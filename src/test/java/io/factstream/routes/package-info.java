@NullMarked
package io.factstream.routes;

import org.jspecify.annotations.NullMarked;
