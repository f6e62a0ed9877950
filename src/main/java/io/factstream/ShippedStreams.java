package io.factstream;

import io.factstream.config.ConfigurationException;
import io.factstream.config.KnownSettings;
import io.factstream.config.Settings;
import io.factstream.routes.RouteFiles;
import io.factstream.routes.StreamDefinitions;
import io.factstream.source.DuckDbSource;
import io.factstream.source.TableName;
import io.factstream.source.TableProfile;
import io.factstream.stream.StreamDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The streams that come with FactStream, run by somebody who has not named streams of his own yet. */
final class ShippedStreams {

    private static final Logger LOG = LoggerFactory.getLogger(ShippedStreams.class);

    private static final int SHOWN = 5;

    private ShippedStreams() {}

    /**
     * Refuses the shipped streams over a source that has tables, but none that one of them reads.
     *
     * @throws ConfigurationException naming the folder, and how to name another one
     * @throws io.factstream.source.SourceException when the source is away or busy
     */
    static void refuseWithoutTheirTables(Settings settings, DuckDbSource source) {
        Path folder = settings.get(KnownSettings.ROUTES);
        List<Path> files = RouteFiles.files(folder);
        if (!areShipped(settings, files)) {
            return;
        }
        List<TableName> tables = TableProfile.tables(source);
        StreamDefinitions definitions = RouteValues.definitions(settings);
        String queries = files.stream()
                .flatMap(file -> definitions.contents(file).queries().stream())
                .map(StreamDefinition::read)
                .collect(Collectors.joining("\n"));
        if (!tables.isEmpty() && tables.stream().noneMatch(table -> isRead(table, queries))) {
            throw new ConfigurationException(
                    folder.toString(),
                    "holds the " + files.size() + " streams that come with FactStream, and " + source.file()
                            + " has no table that one of them reads; it has " + shown(tables),
                    "Name the folder of your own streams by " + KnownSettings.ROUTES + " ("
                            + KnownSettings.ROUTES.environmentVariable()
                            + "), or start where they lie in a folder routes; factstream init makes one, and factstream"
                            + " new a stream in it");
        }
    }

    private static boolean areShipped(Settings settings, List<Path> files) {
        Optional<Path> shipped = settings.shippedRoutes();
        return shipped.isPresent()
                && !files.isEmpty()
                && files.stream().allMatch(file -> isCopy(file, shipped.get().resolve(file.getFileName())));
    }

    private static boolean isCopy(Path file, Path shipped) {
        try {
            return Files.exists(shipped) && Files.mismatch(file, shipped) < 0;
        } catch (IOException e) {
            // Whoever reads the file for its stream tells it better.
            LOG.debug("file={} cannot be compared", file, e);
            return false;
        }
    }

    /** In the form in which the shipped queries name their tables. */
    private static boolean isRead(TableName table, String queries) {
        return Pattern.compile("(?i)\\b(FROM|JOIN)\\s+" + Pattern.quote(table.table()) + "\\b")
                .matcher(queries)
                .find();
    }

    private static String shown(List<TableName> tables) {
        String first = tables.stream().limit(SHOWN).map(TableName::toString).collect(Collectors.joining(", "));
        return tables.size() <= SHOWN ? first : first + " and " + (tables.size() - SHOWN) + " more";
    }
}
