package io.factstream;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A folder of its own for a while: closing it deletes it with all that is in it. */
public final class TemporaryFolder implements AutoCloseable {

    private final Path path;

    /**
     * Makes one where the machine keeps what is temporary.
     *
     * @param prefix of its name
     * @throws UncheckedIOException when nothing can be written there
     */
    public TemporaryFolder(String prefix) {
        try {
            path = Files.createTempDirectory(prefix);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path path() {
        return path;
    }

    /** @throws UncheckedIOException when something in it cannot be deleted */
    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
