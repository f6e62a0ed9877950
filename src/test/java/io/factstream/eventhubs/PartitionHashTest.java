package io.factstream.eventhubs;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartitionHashTest {

    /** The hashes 0x17770551 and 0xce7226e6 stand in lookup3's own self-test; folded they are 0x23b7, or 9,143. */
    @ParameterizedTest
    @CsvSource({"32, 23", "1000, 143", "1, 0"})
    void the_self_test_of_lookup3_passes(int partitions, int expected) {
        assertThat(PartitionHash.partition("Four score and seven years ago", partitions))
                .isEqualTo(expected);
    }

    @Test
    void an_empty_key_goes_to_the_first_partition() {
        assertThat(PartitionHash.partition("", 32)).isZero();
    }

    @Property(tries = 1000)
    void any_key_goes_where_the_local_hub_puts_it(
            @ForAll("keys") String key, @ForAll @IntRange(min = 1, max = 2000) int partitions) {
        assertThat(PartitionHash.partition(key, partitions))
                .isEqualTo(io.factstream.localhub.PartitionHash.partitionOf(key, partitions))
                .isBetween(0, partitions - 1);
    }

    /** Beyond ASCII the SDK's buffered producer takes bytes for negative numbers; the service does not. */
    @Property(tries = 500)
    void an_ascii_key_goes_where_the_sdk_would_put_it(@ForAll("asciiKeys") String key) throws Exception {
        Method hash = Class.forName("com.azure.messaging.eventhubs.PartitionResolver")
                .getDeclaredMethod("generateHashCode", String.class);
        hash.setAccessible(true);

        assertThat(PartitionHash.partition(key, 32)).isEqualTo(Math.abs((short) hash.invoke(null, key) % 32));
    }

    @Test
    void keys_spread_over_all_partitions() {
        int[] counts = new int[8];
        for (int i = 0; i < 8_000; i++) {
            counts[PartitionHash.partition("store-" + i, 8)]++;
        }

        assertThat(counts).satisfies(all -> {
            for (int count : all) {
                assertThat(count).isBetween(800, 1_200);
            }
        });
    }

    @Provide
    Arbitrary<String> asciiKeys() {
        return Arbitraries.strings().ascii().ofMaxLength(40);
    }

    @Provide
    Arbitrary<String> keys() {
        return Arbitraries.oneOf(
                asciiKeys(), Arbitraries.strings().ofMaxLength(40).filter(key -> StandardCharsets.UTF_8
                        .newEncoder()
                        .canEncode(key)));
    }
}
