package io.factstream.localhub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReadersTest {

    private final Readers readers = new Readers();

    /** Remembers what displaced it. */
    private record TestReader(@Nullable Long epoch, List<String> displacements) implements Readers.Reader {

        static TestReader with(@Nullable Long epoch) {
            return new TestReader(epoch, new ArrayList<>());
        }

        @Override
        public void displaced(String description) {
            displacements.add(description);
        }
    }

    @Test
    void five_readers_without_epoch_share_and_a_sixth_is_refused() {
        for (int reader = 0; reader < Readers.MOST_SHARING; reader++) {
            assertThat(readers.join(TestReader.with(null))).isNull();
        }

        assertThat(readers.join(TestReader.with(null)))
                .extracting(Readers.Refusal::condition)
                .isEqualTo(Conditions.RESOURCE_LIMIT_EXCEEDED);
    }

    @Test
    void a_reader_with_an_epoch_displaces_readers_without_one() {
        TestReader shared = TestReader.with(null);
        readers.join(shared);

        assertThat(readers.join(TestReader.with(0L))).isNull();

        assertThat(shared.displacements()).hasSize(1);
    }

    @Test
    void the_same_epoch_takes_over_too() {
        TestReader first = TestReader.with(3L);
        readers.join(first);

        assertThat(readers.join(TestReader.with(3L))).isNull();

        assertThat(first.displacements()).hasSize(1);
    }

    @Test
    void no_epoch_and_a_lower_epoch_are_refused_while_a_higher_one_reads() {
        TestReader owner = TestReader.with(3L);
        readers.join(owner);

        assertThat(readers.join(TestReader.with(2L)))
                .extracting(Readers.Refusal::condition)
                .isEqualTo(Conditions.LINK_STOLEN);
        assertThat(readers.join(TestReader.with(null))).isNotNull();
        assertThat(owner.displacements()).isEmpty();
    }

    @Test
    void a_partition_is_free_again_when_its_owner_has_left() {
        TestReader owner = TestReader.with(3L);
        readers.join(owner);

        readers.leave(owner);

        assertThat(readers.join(TestReader.with(1L))).isNull();
    }
}
