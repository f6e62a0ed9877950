package io.factstream.stream;

import org.jspecify.annotations.Nullable;

/**
 * A part of {@link PageMemory} while one page has it, in which rows stand one after the other. Whoever reads it later meets
 * an error, not the rows of another page.
 *
 * <p>One thread fills it; then any may read.
 */
final class Piece {

    private volatile byte @Nullable [] bytes;
    private int length;

    /** Empty, whatever was in it before. */
    Piece(byte[] bytes) {
        this.bytes = bytes;
    }

    boolean hasRoomFor(int more) {
        return length + more <= bytes().length;
    }

    /** Adds a row that fits in; returns where it begins. */
    int add(byte[] row) {
        int start = length;
        System.arraycopy(row, 0, bytes(), start, row.length);
        length += row.length;
        return start;
    }

    /**
     * What stands in it.
     *
     * @throws IllegalStateException when its page has left it
     */
    byte[] bytes() {
        byte[] mine = bytes;
        if (mine == null) {
            throw new IllegalStateException("a row was read after its page had been delivered");
        }
        return mine;
    }

    /** Its page has no more use for it; returns what may serve another. */
    byte[] leave() {
        byte[] mine = bytes();
        bytes = null;
        return mine;
    }
}
