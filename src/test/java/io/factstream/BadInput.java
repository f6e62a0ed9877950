package io.factstream;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * One bad input, and how to hear what is said of it.
 *
 * @param what the input, in a few words
 * @param told gives it to FactStream
 * @param names what the message must hold: the thing and its place
 */
record BadInput(Kind kind, String what, Told told, List<String> names) {

    /** What an input belongs to: the headings of {@code docs/messages.md}, in order. */
    enum Kind {
        SETTINGS("Settings", "Refused at the start, with everything else that is wrong there."),
        ROUTES("Route and query files", "Refused at the start, with everything else that is wrong in the folder."),
        QUERIES("Queries", "The stream concerned holds; it goes on by itself when the source is mended."),
        ROWS(
                "Rows",
                "A row that the query cannot work on holds its stream, so that it is not lost. A row that cannot be sent becomes a dead"
                        + " letter, and all others are delivered."),
        SOURCE("The source file", "Streams hold and go on by themselves when the file is mended."),
        HUB("The hub", "Streams that send to it hold and go on by themselves. Nothing becomes a dead letter."),
        STATE("The state file", "Refused at the start; the file is left as it is.");

        final String title;
        final String consequence;

        Kind(String title, String consequence) {
            this.title = title;
            this.consequence = consequence;
        }
    }

    /** A way to hear the message. */
    @FunctionalInterface
    interface Told {
        /**
         * What it says.
         *
         * @param folder an empty one, for this input alone
         */
        String in(Path folder) throws Exception;
    }

    /** What an exception says, which must be something. */
    static String message(Exception thrown) {
        return Objects.requireNonNull(thrown.getMessage());
    }

    static BadInput of(Kind kind, String what, Told told, String... names) {
        return new BadInput(kind, what, told, List.of(names));
    }

    /** In the list of tests. */
    @Override
    public String toString() {
        return kind.title + ": " + what;
    }
}
