/** Route files as text: what a person must hear before Camel loads them. */
@NullMarked
package io.factstream.routes;

import org.jspecify.annotations.NullMarked;
