package io.factstream;

import io.factstream.config.ConfigurationException;
import io.factstream.config.KnownSettings;
import io.factstream.config.NearestName;
import io.factstream.config.Settings;
import io.factstream.routes.StreamDraft;
import io.factstream.source.DuckDbSource;
import io.factstream.source.TableName;
import io.factstream.source.TableProfile;
import java.nio.file.Path;
import java.util.List;

/** Drafts a stream from a table of the source. */
public final class NewStream {

    private NewStream() {}

    /**
     * Where the files of a new stream go: the folder that is set, or the folder {@code routes} here; never into the
     * distribution, where the next version would not have them.
     *
     * @throws ConfigurationException when the folder of the distribution is set
     */
    public static Path folder(Settings settings) {
        Path folder = settings.get(KnownSettings.ROUTES);
        if (!settings.shippedRoutes().filter(folder::equals).isPresent()) {
            return folder;
        }
        if (settings.isGiven(KnownSettings.ROUTES)) {
            throw new ConfigurationException(
                    settings.origin(KnownSettings.ROUTES),
                    folder + " belongs to the distribution, and would be lost with the next version",
                    "Name a folder of your own; factstream init makes one");
        }
        return Path.of("routes").toAbsolutePath();
    }

    /**
     * Looks at the table; writes nothing yet.
     *
     * @throws ConfigurationException when there is no such table, or nothing in it to advance by
     * @throws io.factstream.source.SourceException when the source is away or busy
     */
    public static StreamDraft draft(Settings settings, String stream, String table) {
        settings.get(KnownSettings.SOURCE_FILE);
        try (DuckDbSource source = Application.source(settings)) {
            return StreamDraft.of(stream, TableProfile.of(source, theOne(source, table)));
        }
    }

    private static TableName theOne(DuckDbSource source, String table) {
        List<TableName> tables = TableProfile.tables(source);
        List<TableName> meant = TableName.meant(table, tables);
        List<String> names = (meant.isEmpty() ? tables : meant)
                .stream().map(TableName::toString).toList();
        if (meant.isEmpty()) {
            throw new ConfigurationException(
                    source.file().toString(),
                    "has no table '" + table + "'",
                    NearestName.of(table, names)
                            .map(nearest -> "Did you mean " + nearest + "?")
                            .orElse("It has " + String.join(", ", names)));
        }
        if (meant.size() > 1) {
            throw new ConfigurationException(
                    source.file().toString(),
                    "has " + meant.size() + " tables that '" + table + "' can mean",
                    "Write the one that is meant as a query would: " + String.join(" or ", names));
        }
        return meant.get(0);
    }
}
