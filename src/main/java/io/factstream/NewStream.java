package io.factstream;

import io.factstream.config.ConfigurationException;
import io.factstream.config.KnownSettings;
import io.factstream.config.NearestName;
import io.factstream.config.Settings;
import io.factstream.routes.StreamDraft;
import io.factstream.source.DuckDbSource;
import io.factstream.source.TableProfile;
import java.util.List;

/** Drafts a stream from a table of the source. */
public final class NewStream {

    private NewStream() {}

    /**
     * Looks at the table; writes nothing yet.
     *
     * @throws ConfigurationException when there is no such table, or nothing in it to advance by
     * @throws io.factstream.source.SourceException when the source is away or busy
     */
    public static StreamDraft draft(Settings settings, String stream, String table) {
        settings.get(KnownSettings.SOURCE_FILE);
        DuckDbSource source = Application.source(settings);
        List<String> tables = TableProfile.tables(source);
        if (!tables.contains(table)) {
            throw new ConfigurationException(
                    source.file().toString(),
                    "has no table '" + table + "'",
                    NearestName.of(table, tables)
                            .map(nearest -> "Did you mean " + nearest + "?")
                            .orElse("It has " + String.join(", ", tables)));
        }
        return StreamDraft.of(stream, TableProfile.of(source, table));
    }
}
