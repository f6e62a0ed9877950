package io.factstream.stream;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The memory that the pages of all streams share, from before a page is read until it is delivered. Whoever finds no room
 * waits, in the order in which they came; so any number of streams can catch up at once in a small heap.
 *
 * <p>It consists of pieces that one page after the other uses: the garbage collector would otherwise move each row once or
 * twice, and that takes longer than to read it.
 *
 * <p>Pages that wait for an outage to end may take only a part of it: what they leave is for the streams of other hubs.
 *
 * <p>Thread-safe.
 */
public final class PageMemory {

    /** Large beside most rows, small beside most pages. */
    static final int PIECE_BYTES = 64 * 1024;

    private static final long LOOK_EVERY_MILLIS = 100;

    private final long capacity;
    private final long mostKept;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** Who waits, in order; each is there for its identity. */
    private final Queue<Object> waiting = new ArrayDeque<>();

    private final Deque<byte[]> unused = new ArrayDeque<>();

    private long used;
    private long kept;

    /**
     * Memory with room for nothing but pages.
     *
     * @param capacity bytes that all pages together may take; a page that needs more gets in when it is alone
     * @param mostKept bytes of it that pages may take that wait for an outage to end
     */
    public PageMemory(long capacity, long mostKept) {
        this.capacity = capacity;
        this.mostKept = mostKept;
    }

    /**
     * Waits for room for a page.
     *
     * @param bytes about how much it will take
     * @param givenUp asked a few times a second while it waits
     * @return null when it was given up
     */
    @Nullable
    Room enter(long bytes, BooleanSupplier givenUp) throws InterruptedException {
        Object turn = new Object();
        lock.lockInterruptibly();
        try {
            waiting.add(turn);
            try {
                while (waiting.peek() != turn || !fits(bytes)) {
                    if (givenUp.getAsBoolean()) {
                        return null;
                    }
                    boolean unused = changed.await(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
                }
                return new Room(bytes);
            } finally {
                waiting.remove(turn);
                // The next in the queue may fit in beside this one, or in its place.
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Room for a page that can do without: null when there is none, or others wait for it. */
    @Nullable
    Room enterIfFree(long bytes) {
        lock.lock();
        try {
            return waiting.isEmpty() && fits(bytes) ? new Room(bytes) : null;
        } finally {
            lock.unlock();
        }
    }

    private byte[] piece() {
        lock.lock();
        try {
            byte[] piece = unused.poll();
            return piece == null ? new byte[PIECE_BYTES] : piece;
        } finally {
            lock.unlock();
        }
    }

    private boolean fits(long bytes) {
        return used == 0 || used + bytes <= capacity;
    }

    /** What one page takes. */
    final class Room {
        private final List<Piece> pieces = new ArrayList<>();
        private long bytes;
        private boolean isKept;

        /** Taken while the lock is held. */
        private Room(long bytes) {
            this.bytes = bytes;
            used += bytes;
        }

        /** Where the next row of its page is to stand. For one thread. */
        Piece pieceFor(int bytes) {
            if (bytes > PIECE_BYTES) {
                return new Piece(new byte[bytes]);
            }
            if (pieces.isEmpty() || !pieces.get(pieces.size() - 1).hasRoomFor(bytes)) {
                pieces.add(new Piece(piece()));
            }
            return pieces.get(pieces.size() - 1);
        }

        /**
         * As {@link #release}, and nobody has a row of it any more that he might still read: a page is delivered. Its
         * pieces serve other pages.
         */
        void reuse() {
            lock.lock();
            try {
                for (Piece piece : pieces) {
                    byte[] left = piece.leave();
                    if (unused.size() < capacity / PIECE_BYTES) {
                        unused.push(left);
                    }
                }
                pieces.clear();
                release();
            } finally {
                lock.unlock();
            }
        }

        /** The page is read and takes so much, be it more than there is. */
        void resize(long actual) {
            lock.lock();
            try {
                used += actual - bytes;
                bytes = actual;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        /** Whether the page may wait for an outage to end. */
        boolean keep() {
            lock.lock();
            try {
                if (!isKept && kept + bytes <= mostKept) {
                    isKept = true;
                    kept += bytes;
                }
                return isKept;
            } finally {
                lock.unlock();
            }
        }

        /** The page is gone; releasing it twice does nothing. */
        void release() {
            lock.lock();
            try {
                used -= bytes;
                if (isKept) {
                    kept -= bytes;
                    isKept = false;
                }
                bytes = 0;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
