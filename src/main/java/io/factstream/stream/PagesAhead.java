package io.factstream.stream;

import io.factstream.stream.PageMemory.Room;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The pages of a stream after the one that is being sent, in order; the last of them may still be under way. Whoever sends
 * takes them from the front, while at most one thread at a time reads the next. Thread-safe.
 */
final class PagesAhead {

    /** So many even out that a page is read in less time than it is sent, but at times waits for its turn at the file. */
    private static final int MOST = 2;

    private final Deque<PageAhead> pages = new ArrayDeque<>();

    /** The one to be followed; null while the page after it is being read, and where that is not to be. */
    private @Nullable Page newest;
    /** Whether pages are read on, once the one under way is there. */
    private boolean going;

    /** A page is about to be sent: where none is ahead of it, it is the one to be followed. */
    synchronized void follow(Page sent) {
        going = true;
        if (pages.isEmpty()) {
            newest = sent;
        }
    }

    /**
     * Makes a place for the next page, which is then to be read at once and handed to {@link #read}, or given up.
     *
     * @param wanted whether any is to be read now
     * @param memory asked for room for it; gives null when there is none
     * @return null when no page is to be read now, or one already is
     */
    synchronized @Nullable PageAhead next(BooleanSupplier wanted, Supplier<@Nullable Room> memory) {
        Page before = newest;
        if (before == null || !before.more() || pages.size() >= MOST || !wanted.getAsBoolean()) {
            return null;
        }
        Room room = memory.get();
        if (room == null) {
            return null;
        }
        PageAhead next = new PageAhead(before, room);
        pages.add(next);
        newest = null;
        return next;
    }

    /** A page is read. */
    synchronized void read(PageAhead ahead, Page page) {
        if (going) {
            newest = page;
        }
        ahead.complete(page);
    }

    /** The page that comes first, which may be under way; null when there is none, and then none will be. */
    synchronized @Nullable PageAhead take() {
        PageAhead first = pages.poll();
        if (first == null) {
            stop();
        }
        return first;
    }

    /** Reads none after the one under way, until a page is sent again. */
    synchronized void stop() {
        going = false;
        newest = null;
    }

    /**
     * Reads none any more and lets go of all, unless one is under way: whoever wants to read then has to {@link #take} it.
     */
    synchronized void drop() {
        stop();
        if (pages.isEmpty() || pages.getLast().isOver()) {
            pages.forEach(page -> page.room().release());
            pages.clear();
        }
    }

    /** Waits until none is under way; returns whether that came in time. */
    boolean await(Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        for (PageAhead page : all()) {
            if (!page.await(Duration.ofNanos(deadline - System.nanoTime()))) {
                return false;
            }
        }
        return true;
    }

    private synchronized List<PageAhead> all() {
        return List.copyOf(pages);
    }
}
