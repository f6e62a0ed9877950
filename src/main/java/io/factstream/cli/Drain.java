package io.factstream.cli;

import io.factstream.Application;

/** Waits until all streams have come to their present end, or have given up. */
final class Drain {

    /** So many pages in a row must fail before a run that ends gives a stream up. */
    private static final int FAILURES = 3;

    private static final long LOOK_EVERY_MILLIS = 20;

    private final Application application;

    Drain(Application application) {
        this.application = application;
    }

    void await() throws InterruptedException {
        while (!application.isDrained(FAILURES)) {
            Thread.sleep(LOOK_EVERY_MILLIS);
        }
    }
}
