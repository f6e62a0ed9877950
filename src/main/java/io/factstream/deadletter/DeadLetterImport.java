package io.factstream.deadletter;

import io.factstream.config.ConfigurationException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stores the letters of a file of {@link DeadLetterLines}. A letter that is stored already becomes one with it, so a file
 * can be imported again. Holds a chunk of letters in memory at once, and stores each chunk all or none.
 */
public final class DeadLetterImport {

    /** A longer line is no letter: it would not fit into memory. */
    private static final int LONGEST_LINE = 64 << 20;

    private static final int CHUNK_LETTERS = 500;

    private final DeadLetterStore store;
    private final String name;
    private final InputStream in;
    private final List<DeadLetter> chunk = new ArrayList<>();
    private long line;
    private long storedLines;
    private long letters;
    private long chunkBytes;

    /**
     * @param name the file's name, for messages
     * @param in buffered; not closed
     */
    public DeadLetterImport(DeadLetterStore store, String name, InputStream in) {
        this.store = store;
        this.name = name;
        this.in = in;
    }

    /**
     * Imports all of it, once.
     *
     * @return how many letters there were
     * @throws ConfigurationException when a line is no letter; what was stored before it stays, and the message says so
     * @throws DeadLetterStoreFullException when they do not fit; what was stored before stays
     */
    public long run() throws IOException {
        try {
            for (byte[] next = nextLine(); next != null; next = nextLine()) {
                if (!isBlank(next)) {
                    chunk.add(DeadLetterLines.read(name + ":" + line, next));
                    chunkBytes += next.length;
                }
                if (chunk.size() == CHUNK_LETTERS || chunkBytes >= DeadLetterStore.PAGE_BYTES) {
                    flush();
                }
            }
            flush();
            return letters;
        } catch (ConfigurationException e) {
            throw new ConfigurationException(e.where(), e.what() + "; " + storedSoFar(), e.mend(), e);
        }
    }

    /** What is stored when a run ended early. */
    public String storedSoFar() {
        return storedLines == 0 ? "nothing was imported" : "lines 1 to " + storedLines + " were imported";
    }

    private void flush() {
        store.store(chunk);
        letters += chunk.size();
        storedLines = line;
        chunk.clear();
        chunkBytes = 0;
    }

    private static boolean isBlank(byte[] bytes) {
        for (byte each : bytes) {
            if (each != ' ' && each != '\t' && each != '\r') {
                return false;
            }
        }
        return true;
    }

    /** Null at the end. */
    private byte @Nullable [] nextLine() throws IOException {
        int next = in.read();
        if (next < 0) {
            return null;
        }
        line++;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (next >= 0 && next != '\n') {
            if (bytes.size() == LONGEST_LINE) {
                throw new ConfigurationException(
                        name + ":" + line,
                        "the line is longer than " + LONGEST_LINE + " bytes",
                        "Put one letter on a line, as `factstream dlq export` does");
            }
            bytes.write(next);
            next = in.read();
        }
        return bytes.toByteArray();
    }
}
