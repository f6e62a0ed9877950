package io.factstream.jmx;

import org.jspecify.annotations.Nullable;

/** One stream in JMX. */
@Description("A FactStream stream")
public interface StreamMXBean extends CountsMXBean {

    @Description("The id of the stream")
    String getStream();

    @Description("The event_type of the stream's events")
    String getEventType();

    @Description("The event hub that the stream sends to")
    String getHub();

    @Description("running, paused, busy (another process holds the source), throttled (the hub asked to slow down) or"
            + " failing")
    String getState();

    @Description("Since when the stream is in this state")
    String getStateSince();

    @Description("Up to where every row is acknowledged or dead-lettered")
    @Nullable
    String getWatermark();

    @Description("The watermark value of the newest row delivered in this session")
    @Nullable
    String getLastEventTime();

    @Description("When a watermark was last saved in this session")
    @Nullable
    String getLastDelivery();

    @Description("Why the last page failed; nothing when it did not")
    @Nullable
    String getLastError();

    @Description("Pages in a row that failed; the stream holds its watermark and tries again")
    int getConsecutiveFailures();

    @Description("Seconds from the watermark to the newest settled row; -1 when there are none, or it is not known")
    long getLagSeconds();

    @Description("When the lag was last true; nothing where it is not known")
    @Nullable
    String getLagLookedAt();

    @Description("Rows that are too young to be read, those dated in the future included; -1 where that is not known")
    long getRowsUnsettled();

    @Description("Rows whose watermark is NULL: they can never be read; -1 where that is not known")
    long getRowsWithoutWatermark();

    @Description("Rows that appeared after the watermark had passed them; backfill sends them")
    long getLateRows();

    @Description("Rows that were delivered and are no longer in the source")
    long getRowsGone();

    @Description("Which version of its files the stream runs: 1 from the start on, one more a change")
    int getVersion();

    @Description("Since when the stream runs this version of its files")
    String getVersionSince();

    @Description("Why the newest change of its files was not taken up; nothing when there is none")
    @Nullable
    String getLastRefusal();

    @Description(
            "That nothing has been delivered for a minute although rows wait or may wait, since when and why; nothing"
                    + " while that is not so")
    @Nullable
    String getStandstill();

    @Description("What a person should look at although the stream runs; nothing when all is well")
    @Nullable
    String getWarning();

    @Description("A poll that looked into the source, from its plan to the saved watermark where there was a page")
    Times getPollTimes();

    @Description("A page, from the opened source to the closed one")
    Times getReadTimes();

    @Description("Making the messages of a batch")
    Times getMarshalTimes();

    @Description("A batch, from its messages to the hub's acknowledgement")
    Times getSendTimes();

    @Description("Saving a watermark")
    Times getCommitTimes();

    @Description("Stop reading after the page that is under way, until resume or the next start")
    void pause();

    @Description("Read again")
    void resume();

    @Description("Send the stream's dead letters again, and tell what came of it")
    String replay();

    @Description(
            "Put the watermark elsewhere, backwards or forwards: rows after it are sent (again), with the same ids")
    String rewind(
            @Description(
                            name = "to",
                            value = "The new watermark, such as 2026-01-31 00:00:00: rows after it are read next")
                    String to,
            @Description(name = "why", value = "The reason, for the record") String why);

    @Description("Remove the watermark: every row is sent (again), with the same ids")
    String rewindToBeginning(@Description(name = "why", value = "The reason, for the record") String why);
}
