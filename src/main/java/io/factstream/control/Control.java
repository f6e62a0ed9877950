package io.factstream.control;

import io.factstream.config.ConfigurationException;
import io.factstream.deadletter.DeadLetterFilter;
import io.factstream.deadletter.Replay;
import io.factstream.deadletter.ReplayResult;
import io.factstream.journal.Action;
import io.factstream.journal.Action.Kind;
import io.factstream.journal.Journal;
import io.factstream.status.Pauses;
import io.factstream.stream.FactStream;
import io.factstream.stream.Streams;
import io.factstream.text.Word;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that a person may do to a running runtime. JMX, the management port and its page call these methods and do nothing
 * by themselves, so that an action means the same and is recorded wherever it comes from. Thread-safe.
 */
public final class Control {

    private static final Logger LOG = LoggerFactory.getLogger(Control.class);

    private final Streams streams;
    private final Pauses pauses;
    private final Supplier<Replay> replay;
    private final Rewind rewind;
    private final Journal journal;
    private final Clock clock;

    /**
     * Acts on these streams.
     *
     * @param replay the one that the routes use too; asked for when it is needed
     */
    public Control(
            Streams streams, Pauses pauses, Supplier<Replay> replay, Rewind rewind, Journal journal, Clock clock) {
        this.streams = streams;
        this.pauses = pauses;
        this.replay = replay;
        this.rewind = rewind;
        this.journal = journal;
        this.clock = clock;
    }

    /**
     * Lets a stream stop after the page that is under way, until it is resumed, however often the runtime is started.
     *
     * @throws UnknownStreamException when there is no such stream
     */
    public void pause(String stream, String who) {
        stream(stream).pause();
        lastingly(stream, () -> pauses.pause(stream, who));
        record(who, Kind.PAUSE, stream, "");
    }

    /**
     * Lets a stream read again.
     *
     * @throws UnknownStreamException when there is no such stream
     */
    public void resume(String stream, String who) {
        stream(stream).resume();
        lastingly(stream, () -> pauses.resume(stream, who));
        record(who, Kind.RESUME, stream, "");
    }

    /**
     * Puts a stream's watermark elsewhere, backwards or forwards: rows after it are sent (again), with the same ids.
     *
     * @param to the new value, as a person writes it; null for the beginning
     * @param why it is done
     * @throws UnknownStreamException when there is no such stream
     * @throws ConfigurationException when there is no reason, the stream has no watermark, or the value is none of its
     *     type
     */
    public Rewind.Moved rewind(String stream, @Nullable String to, String who, String why) {
        FactStream moved = stream(stream);
        if (why.isBlank()) {
            throw new ConfigurationException(
                    "stream '" + stream + "'", "no reason is given", "Say why, for the record");
        }
        Rewind.Moved result = rewind.move(stream, to, who, why);
        moved.lookAgain();
        record(who, Kind.REWIND, stream, result + ": " + why);
        return result;
    }

    /**
     * Sends the dead letters again that meet the filter, however often they were tried. Waits until it is done, and for a
     * round under way before that.
     */
    public ReplayResult replay(DeadLetterFilter filter, String who) {
        ReplayResult result = replay.get().some(filter);
        record(who, Kind.REPLAY, filter.toString(), text(result));
        return result;
    }

    /**
     * Sends one dead letter again, however often it was tried.
     *
     * @param letter its id
     * @return empty when there is no such letter (any more)
     */
    public Optional<ReplayResult> replay(String letter, String who) {
        Optional<ReplayResult> result = replay.get().one(letter);
        result.ifPresent(done -> record(who, Kind.REPLAY, letter, text(done)));
        return result;
    }

    /** What was done last, newest first. */
    public List<Action> recent(int limit) {
        return journal.recent(limit);
    }

    /** What came of a replay, in one line for people. */
    public static String text(ReplayResult result) {
        return "delivered " + result.delivered() + ", failed " + result.failed()
                + (result.unavailable().isEmpty()
                        ? ""
                        : ", waiting for "
                                + String.join(", ", result.unavailable().keySet()));
    }

    private static void lastingly(String stream, Runnable wish) {
        try {
            wish.run();
        } catch (RuntimeException e) {
            // It is done for as long as this runtime runs: a state that cannot be written must not keep anybody from
            // it.
            LOG.warn("stream={} what was wanted could not be saved for the next start: {}", stream, e.getMessage());
        }
    }

    private FactStream stream(String id) {
        return streams.find(id)
                .orElseThrow(() -> new UnknownStreamException(
                        id,
                        streams.all().stream()
                                .map(stream -> stream.definition().id())
                                .toList()));
    }

    private void record(String who, Kind kind, String subject, String detail) {
        LOG.info("action={} subject=\"{}\" who=\"{}\" {}", Word.of(kind), subject, who, detail);
        journal.addDone(new Action(clock.instant(), who, kind, subject, detail));
    }
}
