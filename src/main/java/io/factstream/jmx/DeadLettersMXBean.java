package io.factstream.jmx;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The dead-letter store in JMX. Rows' values are not shown here. */
@Description("Events that can never be delivered as they are, in the dead-letter store")
public interface DeadLettersMXBean {

    @Description("How many there are; -1 when the store cannot be read")
    long getCount();

    @Description("How many there are by the kind of their last failure")
    Map<String, Long> getByCategory();

    @Description("How many there are by how severe their last failure is")
    Map<String, Long> getBySeverity();

    @Description("How many there are by stream")
    Map<String, Long> getByStream();

    @Description("When the letter that failed first did so; nothing when there is none")
    @Nullable
    String getOldest();

    @Description("When the newest letter failed first; nothing when there is none")
    @Nullable
    String getNewest();

    @Description("A line a letter, in the order in which they were stored: id, stream, category and error")
    List<String> listLetters(@Description(name = "limit", value = "How many at most, at least 1") int limit);

    @Description("Send one letter again, however often it was tried, and tell what came of it")
    String replayLetter(@Description(name = "id", value = "The id of the letter") String id);

    @Description("Send the letters of one stream again, and tell what came of it")
    String replayStream(@Description(name = "stream", value = "The id of the stream") String stream);

    @Description("Send all letters again, and tell what came of it")
    String replayAll();
}
