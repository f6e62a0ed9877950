package io.factstream.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.stream.PageMemory.Room;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who gets memory for a page, and who waits. */
@Timeout(30)
class PageMemoryTest {

    private final PageMemory memory = new PageMemory(100, 60);
    private final AtomicBoolean givenUp = new AtomicBoolean();

    @Test
    void pages_get_in_while_they_fit() throws InterruptedException {
        assertThat(memory.enter(60, givenUp::get)).isNotNull();
        assertThat(memory.enterIfFree(40)).isNotNull();
        assertThat(memory.enterIfFree(1)).isNull();
    }

    @Test
    void a_page_that_is_larger_than_all_gets_in_when_it_is_alone() throws InterruptedException {
        assertThat(memory.enter(1_000, givenUp::get)).isNotNull();
        assertThat(memory.enterIfFree(1)).isNull();
    }

    @Test
    void whoever_finds_no_room_waits_until_there_is() throws InterruptedException, ExecutionException {
        Room first = entered(80);
        CompletableFuture<@Nullable Room> second = entering(50);
        assertThat(second).isNotDone();

        first.resize(50);

        assertThat(second.get()).isNotNull();
    }

    @Test
    void a_page_read_ahead_does_not_push_in_before_those_who_wait() throws InterruptedException, ExecutionException {
        Room first = entered(80);
        CompletableFuture<@Nullable Room> second = entering(50);
        Room early = memory.enterIfFree(1);
        while (early != null) {
            // The other thread has not come to wait yet.
            early.release();
            early = memory.enterIfFree(1);
        }

        first.release();

        assertThat(second.get()).isNotNull();
        assertThat(memory.enterIfFree(50)).isNotNull();
    }

    @Test
    void waiting_ends_when_it_is_given_up() throws InterruptedException, ExecutionException {
        entered(80);
        CompletableFuture<@Nullable Room> second = entering(50);

        givenUp.set(true);

        assertThat(second.get()).isNull();
    }

    @Test
    void only_a_part_is_for_pages_that_wait_for_an_outage_to_end() throws InterruptedException {
        Room first = entered(50);
        Room second = entered(30);
        assertThat(first.keep()).isTrue();
        assertThat(first.keep()).as("twice").isTrue();
        assertThat(second.keep()).isFalse();

        first.release();

        assertThat(second.keep()).isTrue();
    }

    @Test
    void what_is_released_twice_is_given_back_once() throws InterruptedException {
        Room first = entered(60);
        entered(40);

        first.release();
        first.release();

        assertThat(memory.enterIfFree(61)).isNull();
        assertThat(memory.enterIfFree(60)).isNotNull();
    }

    private Room entered(long bytes) throws InterruptedException {
        return Objects.requireNonNull(memory.enter(bytes, givenUp::get));
    }

    private CompletableFuture<@Nullable Room> entering(long bytes) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return memory.enter(bytes, givenUp::get);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }
}
