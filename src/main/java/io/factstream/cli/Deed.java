package io.factstream.cli;

import io.factstream.journal.Action;
import io.factstream.journal.Action.Kind;
import io.factstream.journal.Journal;
import io.factstream.text.Word;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Something that a person did on the command line, as the journal keeps it. */
final class Deed {

    private static final Logger LOG = LoggerFactory.getLogger(Deed.class);

    private Deed() {}

    /**
     * Records it.
     *
     * @param subject the stream's id, or which dead letters; not blank
     * @param detail what came of it, and why it was done; may be empty
     */
    static void record(Journal journal, Kind kind, String subject, String detail) {
        try {
            journal.add(new Action(Instant.now(), Person.name() + " (command line)", kind, subject, detail));
        } catch (RuntimeException e) {
            // It is done, and the person was told.
            LOG.warn("action={} subject=\"{}\" could not be recorded: {}", Word.of(kind), subject, e.getMessage());
        }
    }
}
