package io.factstream.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.factstream.source.Gate.Pass;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In what order and how long streams wait for each other, so that the file is closed again and again. */
@Timeout(60)
class GateTest {

    private static final Duration AT_ONCE = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MANY = 1_000;

    @Test
    void while_the_hold_lasts_everybody_enters_at_once_and_no_pause_comes_between() throws Exception {
        Gate gate = gate(LONG, LONG, MANY);

        Pass first = gate.enter(PATIENCE);
        Pass second = gate.enter(PATIENCE);
        first.leave();
        second.leave();

        gate.enter(PATIENCE).leave();
    }

    @Test
    void after_the_hold_nobody_enters_before_the_last_has_left_and_the_pause_is_over() throws Exception {
        Duration pause = Duration.ofMillis(150);
        Gate gate = gate(AT_ONCE, pause, MANY);
        Pass first = gate.enter(PATIENCE);
        Pass joined = gate.join();
        awaitOver(AT_ONCE);
        try (Waiter next = new Waiter(gate)) {
            next.awaitWaiting();
            first.leave();
            assertThat(next.hasEntered()).isFalse();

            long closed = System.nanoTime();
            joined.leave();

            next.pass().leave();
            assertThat(System.nanoTime() - closed).isGreaterThanOrEqualTo(pause.toNanos());
        }
    }

    @Test
    void looks_with_a_pause_between_them_never_wait_although_the_hold_is_long_over() throws Exception {
        Duration pause = Duration.ofMillis(60);
        Gate gate = gate(AT_ONCE, pause, MANY);
        for (int look = 0; look < 5; look++) {
            // One that has no patience at all.
            gate.enter(Duration.ZERO).leave();

            awaitOver(pause);
        }
    }

    @Test
    void who_has_entered_may_join_at_any_time_even_while_others_wait() throws Exception {
        Gate gate = gate(AT_ONCE, AT_ONCE, 1);
        Pass entered = gate.enter(PATIENCE);
        awaitOver(AT_ONCE);
        try (Waiter other = new Waiter(gate)) {
            other.awaitWaiting();

            Pass joined = gate.join();

            entered.leave();
            assertThat(other.hasEntered()).isFalse();
            joined.leave();
            other.pass().leave();
        }
    }

    @Test
    void leaving_twice_counts_once() throws Exception {
        Gate gate = gate(AT_ONCE, AT_ONCE, MANY);
        Pass first = gate.enter(PATIENCE);
        Pass second = gate.join();
        first.leave();
        first.leave();
        first.leaveToLoader();
        awaitOver(AT_ONCE);
        try (Waiter other = new Waiter(gate)) {
            other.awaitWaiting();
            assertThat(other.hasEntered()).isFalse();

            second.leave();

            other.pass().leave();
        }
    }

    @Test
    void no_more_than_the_readers_allowed_are_in_at_once() throws Exception {
        Gate gate = gate(LONG, AT_ONCE, 2);
        Pass first = gate.enter(PATIENCE);
        Pass second = gate.enter(PATIENCE);
        try (Waiter third = new Waiter(gate)) {
            third.awaitWaiting();

            first.leave();

            third.pass().leave();
            second.leave();
        }
    }

    @Test
    void who_waits_enters_in_the_order_of_coming() throws Exception {
        Gate gate = gate(LONG, AT_ONCE, 1);
        Pass entered = gate.enter(PATIENCE);
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        List<Waiter> waiters = new ArrayList<>();
        for (int n = 0; n < 8; n++) {
            int number = n;
            Waiter waiter = new Waiter(gate, () -> order.add(number));
            waiter.awaitWaiting();
            waiters.add(waiter);
        }

        entered.leave();

        for (Waiter waiter : waiters) {
            waiter.pass().leave();
            waiter.close();
        }
        assertThat(order).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
    }

    @Test
    void a_pass_given_back_because_the_loader_has_the_file_needs_no_pause() throws Exception {
        Gate gate = gate(AT_ONCE, LONG, MANY);
        Pass refused = gate.enter(PATIENCE);
        awaitOver(AT_ONCE);

        refused.leaveToLoader();

        gate.enter(PATIENCE).leave();
    }

    @Test
    void who_is_interrupted_stops_waiting_and_holds_nobody_up() throws Exception {
        Gate gate = gate(LONG, AT_ONCE, 1);
        Pass entered = gate.enter(PATIENCE);
        try (Waiter interrupted = new Waiter(gate)) {
            interrupted.awaitWaiting();
            try (Waiter next = new Waiter(gate)) {
                next.awaitWaiting();

                interrupted.thread.interrupt();

                assertThatThrownBy(interrupted::pass).hasCauseInstanceOf(InterruptedException.class);
                entered.leave();
                next.pass().leave();
            }
        }
    }

    @Test
    void who_has_waited_long_enough_is_told_so_and_holds_nobody_up() throws Exception {
        Gate gate = gate(LONG, AT_ONCE, 1);
        Pass entered = gate.enter(PATIENCE);

        assertThatThrownBy(() -> gate.enter(Duration.ofMillis(20))).isInstanceOf(TimeoutException.class);

        entered.leave();
        gate.enter(PATIENCE).leave();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, MANY})
    void however_many_read_without_end_the_file_is_closed_for_a_pause_after_each_hold_and_none_starves(int readers)
            throws Exception {
        Duration hold = Duration.ofMillis(20);
        Duration pause = Duration.ofMillis(10);
        Gate gate = gate(hold, pause, readers);
        OpenTimes times = new OpenTimes();
        int streams = 16;
        int pauses = 10;
        AtomicInteger[] turns = new AtomicInteger[streams];
        ExecutorService threads = Executors.newFixedThreadPool(streams);
        List<Future<?>> ends = new ArrayList<>();
        for (int n = 0; n < streams; n++) {
            AtomicInteger mine = new AtomicInteger();
            turns[n] = mine;
            ends.add(threads.submit(() -> {
                while (times.pauses(pause) < pauses) {
                    Pass pass = gate.enter(PATIENCE);
                    times.opened();
                    Pass page = gate.join();
                    times.opened();
                    awaitOver(AT_ONCE);
                    times.closed();
                    page.leave();
                    times.closed();
                    pass.leave();
                    mine.incrementAndGet();
                }
                return mine;
            }));
        }
        threads.shutdown();
        for (Future<?> end : ends) {
            end.get();
        }

        // Each closing of a pause's length came about although all of them always wanted to read.
        assertThat(times.pauses(pause)).isGreaterThanOrEqualTo(pauses);
        assertThat(turns).allSatisfy(mine -> assertThat(mine.get()).isPositive());
    }

    private static Gate gate(Duration maxHold, Duration pause, int readers) {
        return new Gate(new Courtesy(maxHold, pause, readers));
    }

    private static void awaitOver(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        await().pollInterval(Duration.ofMillis(1)).pollDelay(Duration.ZERO).until(() -> System.nanoTime() > until);
    }

    /** When the file was closed for how long. */
    private static final class OpenTimes {
        private final List<Long> closings = new ArrayList<>();
        private int open;
        private long closedSince = Long.MAX_VALUE;

        synchronized void opened() {
            if (open++ == 0 && closedSince != Long.MAX_VALUE) {
                closings.add(System.nanoTime() - closedSince);
            }
        }

        synchronized void closed() {
            if (--open == 0) {
                closedSince = System.nanoTime();
            }
        }

        synchronized long pauses(Duration least) {
            return closings.stream().filter(nanos -> nanos >= least.toNanos()).count();
        }
    }

    /** A stream that asks to enter, in a thread of its own. */
    private static final class Waiter implements AutoCloseable {
        private final FutureTask<Pass> entering;
        private final Thread thread;

        Waiter(Gate gate) {
            this(gate, () -> {});
        }

        Waiter(Gate gate, Runnable onEntering) {
            entering = new FutureTask<>(() -> {
                Pass pass = gate.enter(PATIENCE);
                onEntering.run();
                return pass;
            });
            thread = new Thread(entering, "waiter");
            thread.start();
        }

        void awaitWaiting() {
            await().pollInterval(Duration.ofMillis(1)).until(() -> thread.getState() == Thread.State.TIMED_WAITING);
        }

        boolean hasEntered() {
            return entering.isDone();
        }

        Pass pass() throws ExecutionException, InterruptedException, TimeoutException {
            return entering.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }

        @Override
        public void close() {
            thread.interrupt();
            await().until(() -> !thread.isAlive());
        }
    }
}
