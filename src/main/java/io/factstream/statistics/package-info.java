/** What a runtime does in numbers: counters, rates, lags and times, as JMX, Prometheus and the page show them. */
@NullMarked
package io.factstream.statistics;

import org.jspecify.annotations.NullMarked;
