package io.factstream.cli;

import io.factstream.config.KnownSettings;
import io.factstream.config.Settings;
import io.factstream.deadletter.DeadLetterLimit;
import io.factstream.state.SqliteState;

/** The state as commands open it: it must be there, since only a runtime makes one. */
final class StateFile {

    private StateFile() {}

    /** @throws io.factstream.state.StateException when there is none, or it cannot be read */
    static SqliteState forReading(Settings settings) {
        return SqliteState.openReadOnly(settings.get(KnownSettings.STATE_FILE));
    }

    /** @throws io.factstream.state.StateException when there is none, or it cannot be written */
    static SqliteState forWriting(Settings settings) {
        // A command that names the wrong file must not leave an empty one there.
        forReading(settings).close();
        return SqliteState.open(
                settings.get(KnownSettings.STATE_FILE),
                new DeadLetterLimit(
                        settings.get(KnownSettings.DEAD_LETTER_MAX_ENTRIES),
                        KnownSettings.DEAD_LETTER_MAX_ENTRIES.key()));
    }
}
