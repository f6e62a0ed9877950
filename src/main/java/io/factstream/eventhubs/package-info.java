/** What FactStream knows of Event Hubs: limits, partitions, and what a failed send means. */
@NullMarked
package io.factstream.eventhubs;

import org.jspecify.annotations.NullMarked;
