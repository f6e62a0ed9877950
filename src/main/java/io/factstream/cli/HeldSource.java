package io.factstream.cli;

import io.factstream.source.SourceBusyException;
import io.factstream.source.SourceException;

/** What a command says of a source that it could not read: unlike a stream it does not go on waiting. */
final class HeldSource {

    private HeldSource() {}

    static String told(SourceException why) {
        return why instanceof SourceBusyException
                ? why.getMessage() + "; run this again when it has let go"
                : String.valueOf(why.getMessage());
    }
}
