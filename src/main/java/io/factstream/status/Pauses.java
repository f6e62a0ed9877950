package io.factstream.status;

import java.util.List;
import java.util.Map;

/**
 * Which streams people want paused: a wish that outlives the runtime, which obeys it within seconds, and when it starts.
 *
 * <p>When a method returns, its change is durable. Safe for use by any number of threads and processes. Besides the
 * exceptions named here, every method throws the store's own unchecked exception when the store cannot be read or
 * written.
 */
public interface Pauses {

    /**
     * Wants a stream paused. There need not be such a stream.
     *
     * @param who wants it; not blank
     * @return false when it was wanted already, by whomever
     */
    boolean pause(String stream, String who);

    /**
     * Wants a stream to read again.
     *
     * @param who wants it; not blank
     * @return false when nobody wanted it paused
     */
    boolean resume(String stream, String who);

    /** The streams that are wanted paused, by id. */
    Map<String, Pause> wanted();

    /** When a stream was paused and resumed, oldest first. */
    List<Pause> history(String stream);
}
