package io.factstream.cli;

import io.factstream.journal.Action;
import io.factstream.journal.Action.Kind;
import io.factstream.journal.Journal;
import java.time.Instant;

/** Something that a person did on the command line, as the journal keeps it. */
final class Deed {

    private Deed() {}

    /**
     * Records it.
     *
     * @param subject the stream's id, or which dead letters; not blank
     * @param detail what came of it, and why it was done; may be empty
     */
    static void record(Journal journal, Kind kind, String subject, String detail) {
        journal.addDone(new Action(Instant.now(), Person.name() + " (command line)", kind, subject, detail));
    }
}
