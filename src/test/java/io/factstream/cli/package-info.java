@NullMarked
package io.factstream.cli;

import org.jspecify.annotations.NullMarked;
