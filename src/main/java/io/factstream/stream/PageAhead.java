package io.factstream.stream;

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
 * The page after one that is being sent, read by an exchange of its own. Where that fails nothing is lost: the stream
 * then reads the page when its turn comes, and shows what fails.
 */
final class PageAhead extends SynchronizationAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(PageAhead.class);

    private final Page before;
    private final Runnable release;
    private final CompletableFuture<@Nullable Page> page = new CompletableFuture<>();

    /** @param release gives back the memory that was set aside for it */
    PageAhead(Page before, Runnable release) {
        this.before = before;
        this.release = release;
    }

    /** The page that it follows. */
    Page before() {
        return before;
    }

    @Override
    public void onComplete(Exchange exchange) {
        page.complete(exchange.getMessage().getBody() instanceof Page read ? read : null);
    }

    @Override
    public void onFailure(Exchange exchange) {
        LOG.debug("a page could not be read ahead", exchange.getException());
        page.complete(null);
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

    /** Gives its memory back. */
    void release() {
        release.run();
    }
}
