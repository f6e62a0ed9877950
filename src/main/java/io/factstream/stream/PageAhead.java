package io.factstream.stream;

import io.factstream.stream.PageMemory.Room;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A page that is read before those before it are sent, by an exchange of its own. Where that fails nothing is lost: the
 * stream then reads the page when its turn comes, and shows what fails.
 */
final class PageAhead extends SynchronizationAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(PageAhead.class);

    private final Page before;
    private final Room room;
    private final CompletableFuture<@Nullable Page> page = new CompletableFuture<>();

    /** @param room the memory that was set aside for it */
    PageAhead(Page before, Room room) {
        this.before = before;
        this.room = room;
    }

    /** The page that it follows. */
    Page before() {
        return before;
    }

    /** It is read. */
    void complete(Page read) {
        page.complete(read);
    }

    /** The exchange has ended: if not with a page, then there is none. */
    @Override
    public void onDone(Exchange exchange) {
        if (exchange.getException() != null) {
            LOG.debug("a page could not be read ahead", exchange.getException());
        }
        if (page.complete(null)) {
            room.release();
        }
    }

    /** Waits for it; null when there is none. */
    @Nullable
    Page await() throws InterruptedException {
        try {
            return page.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("it is only ever completed", e);
        }
    }

    /** Waits for the end of reading it; returns whether that came in time. */
    boolean await(Duration patience) throws InterruptedException {
        try {
            page.get(patience.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("it is only ever completed", e);
        }
    }

    /** Whether reading it has ended. */
    boolean isOver() {
        return page.isDone();
    }

    /** The memory that it takes. */
    Room room() {
        return room;
    }
}
