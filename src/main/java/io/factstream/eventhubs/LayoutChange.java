package io.factstream.eventhubs;

/**
 * A hub was found to have other partitions than before: it was recreated, or grew.
 *
 * @param hub its name
 * @param before as it was known
 * @param now as it is
 */
public record LayoutChange(String hub, HubLayout before, HubLayout now) {

    /** What happened and what it means, for people. */
    public String text() {
        return "hub " + hub + " has " + now.partitions().size() + " partitions, where it had "
                + before.partitions().size()
                + ": keys go to other partitions from now on, so their older events may lie in another one than the newer."
                + " Consumers that need the order within a key must have read all that was sent before";
    }
}
