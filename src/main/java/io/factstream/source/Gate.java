package io.factstream.source;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps the file closed for a while after it was open for a while, as {@link Courtesy} says.
 *
 * <p>A stretch of reading begins with an opening and goes on through closings that are shorter than the pause. When it
 * is old enough, nobody enters until the file has been closed for a whole pause; then the next stretch begins. A stream
 * that looks into the file now and then never meets a closed gate, since its file is closed for longer than the pause
 * between two looks. Those who wait enter in the order in which they came, so that none waits for ever.
 *
 * <p>Safe for use by many threads.
 */
final class Gate {

    private final long maxHoldNanos;
    private final long pauseNanos;
    private final int readers;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** Who waits, in order; each is there for its identity. */
    private final Queue<Object> waiting = new ArrayDeque<>();

    private int entered;
    private int open;
    private boolean stretch;
    private long stretchBegan;
    private long closedSince;

    Gate(Courtesy courtesy) {
        maxHoldNanos = courtesy.maxHold().toNanos();
        pauseNanos = courtesy.pause().toNanos();
        readers = courtesy.readers();
    }

    /**
     * Waits for its turn to open the file.
     *
     * @param patience how long to wait at most
     * @return to be left once, when the file is closed again
     * @throws TimeoutException when others have had the file open for all that time
     * @throws InterruptedException when the thread is interrupted before or while it waits
     */
    Pass enter(Duration patience) throws InterruptedException, TimeoutException {
        long began = System.nanoTime();
        Object turn = new Object();
        lock.lockInterruptibly();
        try {
            waiting.add(turn);
            try {
                for (long now = began; waiting.peek() != turn || !isOpen(now); now = System.nanoTime()) {
                    long patient = patience.toNanos() - (now - began);
                    if (patient <= 0) {
                        throw new TimeoutException("no turn within " + patience);
                    }
                    // Only the first in the queue needs the clock; whoever enters or leaves wakes the others.
                    changed.awaitNanos(waiting.peek() == turn ? Math.min(patient, untilPauseEnds(now)) : patient);
                }
                entered++;
                return opened(true);
            } finally {
                waiting.remove(turn);
                // The next in the queue may be able to enter beside this one, or in its place.
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** For a further connection of one who has entered and not yet left: it must not wait for itself. */
    Pass join() {
        lock.lock();
        try {
            return opened(false);
        } finally {
            lock.unlock();
        }
    }

    private boolean isOpen(long now) {
        if (entered >= readers) {
            return false;
        }
        return !stretch || now - stretchBegan < maxHoldNanos || (open == 0 && now - closedSince >= pauseNanos);
    }

    private long untilPauseEnds(long now) {
        return stretch && open == 0 ? Math.max(1, closedSince + pauseNanos - now) : Long.MAX_VALUE;
    }

    private Pass opened(boolean byEntering) {
        long now = System.nanoTime();
        if (!stretch || (open == 0 && now - closedSince >= pauseNanos)) {
            stretch = true;
            stretchBegan = now;
        }
        open++;
        return new Pass(byEntering);
    }

    /** The right to have the file open once. */
    final class Pass {
        private final boolean byEntering;
        private boolean left;

        private Pass(boolean byEntering) {
            this.byEntering = byEntering;
        }

        /** The file is closed again; leaving twice does nothing. */
        void leave() {
            leave(false);
        }

        /** As {@link #leave}, when the file was not opened because the loader has it: it needs no pause from us. */
        void leaveToLoader() {
            leave(true);
        }

        private void leave(boolean loaderHasIt) {
            lock.lock();
            try {
                if (left) {
                    return;
                }
                left = true;
                open--;
                if (byEntering) {
                    entered--;
                }
                if (open == 0) {
                    closedSince = System.nanoTime();
                    if (loaderHasIt) {
                        stretch = false;
                    }
                }
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
