package io.factstream.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.factstream.stream.PageMemory.Room;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who gets memory for a page, who waits, and what becomes of it afterwards. */
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

    @Test
    void the_memory_of_a_delivered_page_serves_the_next_one() throws InterruptedException {
        PageMemory large = new PageMemory(2L * PageMemory.PIECE_BYTES, 0);
        Room first = Objects.requireNonNull(large.enter(10, givenUp::get));
        Piece piece = first.pieceFor(10);
        byte[] bytes = piece.bytes();

        first.reuse();

        Room second = Objects.requireNonNull(large.enter(10, givenUp::get));
        assertThat(second.pieceFor(10).bytes()).isSameAs(bytes);
        assertThat(second.pieceFor(10).add(new byte[3]))
                .as("where the first row stands")
                .isZero();
    }

    /** Else it would read the rows of another page. */
    @Test
    void whoever_reads_a_page_after_it_was_delivered_meets_an_error() throws InterruptedException {
        PageMemory large = new PageMemory(2L * PageMemory.PIECE_BYTES, 0);
        Room room = Objects.requireNonNull(large.enter(10, givenUp::get));
        byte[] row = "1;;\"id\";;;;".replace(';', Event.SEPARATOR).getBytes(StandardCharsets.UTF_8);
        Event event = Event.of(row, new ContentIds("sale"), room.pieceFor(row.length));
        assertThat(event.traceId()).isEqualTo("id");

        room.reuse();

        assertThatIllegalStateException().isThrownBy(event::traceId).withMessageContaining("delivered");
    }

    @Test
    void the_memory_of_a_page_that_was_given_up_serves_no_other() throws InterruptedException {
        PageMemory large = new PageMemory(2L * PageMemory.PIECE_BYTES, 0);
        Room first = Objects.requireNonNull(large.enter(10, givenUp::get));
        byte[] bytes = first.pieceFor(10).bytes();

        first.release();

        Room second = Objects.requireNonNull(large.enter(10, givenUp::get));
        assertThat(second.pieceFor(10).bytes()).isNotSameAs(bytes);
    }

    @Test
    void rows_stand_one_after_the_other_and_a_long_one_by_itself() throws InterruptedException {
        Room room = entered(10);
        Piece piece = room.pieceFor(20);
        piece.add(new byte[20]);

        assertThat(room.pieceFor(PageMemory.PIECE_BYTES - 20)).isSameAs(piece);
        Piece alone = room.pieceFor(PageMemory.PIECE_BYTES + 1);
        assertThat(alone.bytes()).hasSize(PageMemory.PIECE_BYTES + 1);
        assertThat(room.pieceFor(1)).isSameAs(piece);
        assertThat(room.pieceFor(PageMemory.PIECE_BYTES)).isNotSameAs(piece);
    }

    @Test
    void no_more_is_kept_for_later_pages_than_pages_may_take() throws InterruptedException {
        Room first = entered(10);
        byte[] bytes = first.pieceFor(10).bytes();

        first.reuse();

        assertThat(entered(10).pieceFor(10).bytes())
                .as("of a memory smaller than a piece")
                .isNotSameAs(bytes);
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
