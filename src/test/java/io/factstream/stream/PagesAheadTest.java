package io.factstream.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.eventhubs.BatchLimit;
import io.factstream.eventhubs.HubLayout;
import io.factstream.watermark.Passed;
import io.factstream.watermark.Watermark;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which pages are read before their turn, and when no more are. */
@Timeout(30)
class PagesAheadTest {

    private final PageMemory memory = new PageMemory(1_000, 0);
    private final PagesAhead ahead = new PagesAhead();
    private boolean wanted = true;

    @Test
    void a_page_that_is_sent_is_followed_by_two_that_are_read_one_after_the_other() throws InterruptedException {
        ahead.follow(page(1, true));
        PageAhead second = Objects.requireNonNull(next());
        assertThat(second.before().to()).isEqualTo(at(1));
        assertThat(next()).as("while one is being read").isNull();

        ahead.read(second, page(2, true));
        PageAhead third = Objects.requireNonNull(next());
        assertThat(third.before().to()).isEqualTo(at(2));
        ahead.read(third, page(3, true));

        assertThat(next()).as("when two wait").isNull();
        assertThat(taken()).isEqualTo(at(2));
        assertThat(Objects.requireNonNull(next()).before().to()).isEqualTo(at(3));
    }

    @Test
    void nothing_is_read_before_a_page_is_sent_or_beyond_the_last_one() {
        assertThat(next()).isNull();

        ahead.follow(page(1, false));

        assertThat(next()).isNull();
    }

    @Test
    void nothing_is_read_when_it_is_not_wanted_or_there_is_no_memory_for_it() {
        ahead.follow(page(1, true));

        wanted = false;
        assertThat(next()).isNull();
        wanted = true;
        assertThat(ahead.next(() -> true, () -> null)).isNull();

        assertThat(next()).isNotNull();
    }

    @Test
    void after_a_page_that_could_not_be_read_none_is_until_the_next_is_sent() throws Exception {
        ahead.follow(page(1, true));
        fail(Objects.requireNonNull(next()));
        assertThat(next()).isNull();

        assertThat(Objects.requireNonNull(ahead.take()).await()).isNull();
        assertThat(ahead.take()).isNull();
        assertThat(memory.enterIfFree(1_000)).as("the memory it had").isNotNull();
        assertThat(next()).isNull();

        ahead.follow(page(2, true));
        assertThat(ahead.next(() -> true, () -> memory.enterIfFree(0))).isNotNull();
    }

    @Test
    void a_reader_that_comes_late_starts_nothing_that_the_poll_does_not_know_of() {
        ahead.follow(page(1, true));
        PageAhead second = Objects.requireNonNull(next());
        ahead.read(second, page(2, true));
        assertThat(ahead.take()).isSameAs(second);

        assertThat(ahead.take()).as("the poll reads by itself").isNull();

        assertThat(next()).isNull();
    }

    @Test
    void what_is_dropped_gives_its_memory_back() {
        ahead.follow(page(1, true));
        ahead.read(Objects.requireNonNull(next()), page(2, true));

        ahead.drop();

        assertThat(ahead.take()).isNull();
        assertThat(memory.enterIfFree(1_000)).isNotNull();
    }

    @Test
    void one_that_is_being_read_is_not_dropped_and_is_the_last() throws InterruptedException {
        ahead.follow(page(1, true));
        PageAhead second = Objects.requireNonNull(next());

        ahead.drop();

        assertThat(ahead.await(Duration.ZERO)).isFalse();
        ahead.read(second, page(2, true));
        assertThat(ahead.await(Duration.ZERO)).isTrue();
        assertThat(next()).isNull();
        assertThat(taken()).isEqualTo(at(2));
    }

    private @Nullable PageAhead next() {
        return ahead.next(() -> wanted, () -> memory.enterIfFree(10));
    }

    private Watermark taken() throws InterruptedException {
        return Objects.requireNonNull(Objects.requireNonNull(ahead.take()).await())
                .to();
    }

    private static void fail(PageAhead page) throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            Exchange exchange = new DefaultExchange(context);
            exchange.setException(new IllegalStateException("no such table"));
            page.onDone(exchange);
        }
    }

    private Page page(int to, boolean more) {
        return new Page(
                at(to - 1),
                at(to),
                new Passed(0, Map.of(), null),
                more,
                Objects.requireNonNull(memory.enterIfFree(0)),
                new HubLayout(List.of("0"), new BatchLimit(1, 1024)),
                List.of());
    }

    private static Watermark at(int value) {
        return Watermark.of("INTEGER", Integer.toString(value));
    }
}
