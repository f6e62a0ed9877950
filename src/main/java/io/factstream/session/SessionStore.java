package io.factstream.session;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where sessions are kept.
 *
 * <p>When a method returns, its change is durable; when it throws, nothing has changed. Safe for use by any number of
 * threads and processes. Besides the exceptions named here, every method throws the store's own unchecked exception
 * when the store cannot be read or written.
 */
public interface SessionStore {

    /**
     * Records a session that begins.
     *
     * @throws IllegalArgumentException when it has ended already, or has streams already
     * @throws IllegalStateException when a session of that id exists
     */
    void start(Session session);

    /**
     * Records how far a stream has come in a session.
     *
     * @param counts the totals since the session began, not what came on top; they replace those recorded before
     * @throws java.util.NoSuchElementException when there is no such session
     */
    void progress(String sessionId, String stream, StreamCounts counts);

    /**
     * Records the end of a session. The first end holds: a second one changes nothing.
     *
     * @param outcome not {@link Outcome#NOT_ENDED}
     * @param outcomeByStream how each stream ended, for people, by stream id
     * @return false when it had ended already
     * @throws java.util.NoSuchElementException when there is no such session
     */
    boolean end(String sessionId, Instant ended, Outcome outcome, Map<String, String> outcomeByStream);

    /** The session of that id; empty when there is none. */
    Optional<Session> find(String sessionId);

    /** The newest sessions by id, newest first; {@code limit} at most, which is at least 1. */
    List<Session> recent(int limit);

    /**
     * Removes sessions that started before a time, ended or not, so that short runs by the thousand do not pile up.
     *
     * @return how many
     */
    int forget(Instant startedBefore);
}
