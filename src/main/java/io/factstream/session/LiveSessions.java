package io.factstream.session;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells whether a session lives, by a lock that the operating system frees however its process ends: each session has a byte
 * of one file beside the state. It holds between containers of one machine too, where process ids say nothing.
 *
 * <p>Within a process only the instance that {@linkplain #enter entered} may be asked: closing the file by another would free
 * its lock. Thread-safe.
 */
public final class LiveSessions implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LiveSessions.class);

    private final @Nullable FileChannel file;

    private LiveSessions(@Nullable FileChannel file) {
        this.file = file;
    }

    private static Path file(Path state) {
        return state.resolveSibling(state.getFileName() + ".lock");
    }

    private static long place(String session) {
        CRC32 sum = new CRC32();
        sum.update(session.getBytes(StandardCharsets.UTF_8));
        return sum.getValue();
    }

    /** Marks a session as one that lives, until this is closed or the process ends. Where that fails its sign is its reports. */
    public static LiveSessions enter(Path state, String session) {
        FileChannel opened = null;
        try {
            opened = FileChannel.open(
                    file(state), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = opened.tryLock(place(session), 1, false);
            if (lock == null) {
                LOG.warn("session={} could not be marked as one that lives: its place is taken", session);
            }
        } catch (IOException | OverlappingFileLockException e) {
            LOG.warn("session={} could not be marked as one that lives: {}", session, e.toString());
        }
        return new LiveSessions(opened);
    }

    /** What a session without an end is called: running, killed, or not-ended where it is not known which. */
    public static String word(Optional<Boolean> lives) {
        return lives.map(alive -> alive ? "running" : "killed").orElse("not-ended");
    }

    /** Whether a session lives, as the process that entered sees it; empty where that is not known. */
    public Optional<Boolean> lives(String session) {
        FileChannel opened = file;
        return opened == null ? Optional.empty() : lives(opened, session);
    }

    /**
     * Whether a session lives, as another process sees it.
     *
     * @return empty where that is not known, since no session has ever been marked beside this state
     */
    public static Optional<Boolean> lives(Path state, String session) {
        Path file = file(state);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (FileChannel opened = FileChannel.open(file, StandardOpenOption.READ)) {
            return lives(opened, session);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            LOG.debug("file={} cannot be looked at", file, e);
            return Optional.empty();
        }
    }

    private static Optional<Boolean> lives(FileChannel opened, String session) {
        try (FileLock free = opened.tryLock(place(session), 1, true)) {
            return Optional.of(free == null);
        } catch (OverlappingFileLockException e) {
            // Held by this process.
            return Optional.of(true);
        } catch (IOException e) {
            LOG.debug("session={} cannot be looked at", session, e);
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            LOG.debug("the lock file cannot be closed", e);
        }
    }
}
