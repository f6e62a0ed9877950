package io.factstream.localhub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.NumericChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class PartitionHashTest {

    @Test
    void lookup3_gives_the_values_that_its_author_published() {
        assertThat(PartitionHash.lookup3(new byte[0])).isEqualTo(0xdeadbeef_deadbeefL);
        assertThat(PartitionHash.lookup3("Four score and seven years ago".getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo(0x17770551_ce7226e6L);
    }

    @Property(tries = 300)
    void ascii_keys_go_where_the_sdk_would_send_them(
            @ForAll @AlphaChars @NumericChars @Chars({'-', '_', ' ', '/'}) @StringLength(min = 1, max = 128) String key,
            @ForAll @IntRange(min = 1, max = 32) int partitions)
            throws ReflectiveOperationException {
        assertThat(PartitionHash.partitionOf(key, partitions)).isEqualTo(partitionBySdk(key, partitions));
    }

    /** The SDK's own hash, which it does not publish: only its buffered producer picks partitions. */
    private static int partitionBySdk(String key, int partitions) throws ReflectiveOperationException {
        Class<?> resolver = Class.forName("com.azure.messaging.eventhubs.PartitionResolver");
        Constructor<?> constructor = resolver.getDeclaredConstructor();
        constructor.setAccessible(true);
        Method assign = resolver.getDeclaredMethod("assignForPartitionKey", String.class, String[].class);
        assign.setAccessible(true);
        String[] ids =
                IntStream.range(0, partitions).mapToObj(Integer::toString).toArray(String[]::new);
        return Integer.parseInt((String) assign.invoke(constructor.newInstance(), key, ids));
    }

    @Test
    void keys_spread_over_all_partitions() {
        int[] keys = new int[8];

        IntStream.range(0, 8000).forEach(n -> keys[PartitionHash.partitionOf("store-" + n, 8)]++);

        assertThat(Arrays.stream(keys)).allMatch(count -> count > 800 && count < 1200);
    }

    @Property
    boolean every_key_has_a_partition(@ForAll String key, @ForAll @IntRange(min = 1, max = 2048) int partitions) {
        int partition = PartitionHash.partitionOf(key, partitions);
        return partition >= 0 && partition < partitions;
    }

    @Test
    void a_hub_without_partitions_is_refused() {
        assertThatThrownBy(() -> PartitionHash.partitionOf("key", 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
