package io.factstream.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Folders that are filled anew for each run. */
final class Folders {

    private Folders() {}

    /** The folder, there and empty. */
    static Path emptied(Path folder) throws IOException {
        delete(folder);
        return Files.createDirectories(folder).toAbsolutePath();
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> found = Files.walk(folder)) {
            List<Path> files = found.sorted(Comparator.reverseOrder()).toList();
            for (Path file : files) {
                Files.delete(file);
            }
        }
    }
}
