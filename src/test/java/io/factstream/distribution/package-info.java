/** Tests of what is delivered around the jars: the launcher, the layout, the container image, the build's one command. */
@NullMarked
package io.factstream.distribution;

import org.jspecify.annotations.NullMarked;
