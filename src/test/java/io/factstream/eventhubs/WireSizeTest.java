package io.factstream.eventhubs;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.messaging.eventhubs.EventData;
import com.azure.messaging.eventhubs.implementation.MessageUtils;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sizes are those that the Azure SDK computes for its own batches. */
class WireSizeTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 254, 255, 256, 257, 65_535, 65_536, 1_000_000})
    void a_body_of_any_length_takes_what_the_sdk_computes(int bytes) {
        assertThat(size(Map.of(), bytes)).isEqualTo(sdkSize(Map.of(), bytes));
        assertThat(size(Map.of("a", "b"), bytes)).isEqualTo(sdkSize(Map.of("a", "b"), bytes));
    }

    @Test
    void properties_around_the_short_form_of_a_map_take_what_the_sdk_computes() {
        for (int length = 200; length < 300; length++) {
            // Two properties, so that the map outgrows its short form before a text does.
            Map<String, String> properties = Map.of("a", "x".repeat(length / 2), "b", "y".repeat(length - length / 2));

            assertThat(size(properties, 10)).as("length %s", length).isEqualTo(sdkSize(properties, 10));
        }
    }

    @Test
    void texts_around_their_short_form_take_what_the_sdk_computes() {
        for (int length = 120; length < 260; length++) {
            for (String character : new String[] {"x", "é", "€", "\ud83d\ude00"}) {
                Map<String, String> properties = Map.of("trace_id", character.repeat(length));

                assertThat(size(properties, 10))
                        .as("%s times %s", length, character)
                        .isEqualTo(sdkSize(properties, 10));
            }
        }
    }

    @Property(tries = 1000)
    void any_event_takes_what_the_sdk_computes(
            @ForAll("properties") Map<String, String> properties, @ForAll @IntRange(max = 600) int bytes) {
        assertThat(size(properties, bytes)).isEqualTo(sdkSize(properties, bytes));
    }

    @ParameterizedTest
    @CsvSource({
        "1024, 1024",
        "65535, 65535",
        "65536, 64512",
        "131071, 130047",
        "262144, 258048",
        "1048576, 1032192",
        "20971520, 20643840"
    })
    void the_sdk_keeps_back_a_kilobyte_of_each_64(int maxBytes, int capacity) {
        assertThat(new BatchLimit(1, maxBytes).capacity()).isEqualTo(capacity);
    }

    @Provide
    Arbitrary<Map<String, String>> properties() {
        Arbitrary<String> keys = Arbitraries.strings().alpha().ofMinLength(1).ofMaxLength(20);
        Arbitrary<String> values = Arbitraries.frequencyOf(
                Tuple.of(4, Arbitraries.strings().withChars("a0-é€").ofMaxLength(60)),
                Tuple.of(
                        1,
                        Arbitraries.strings().withChars("aé").ofMinLength(240).ofMaxLength(270)));
        return Arbitraries.maps(keys, values).ofMaxSize(6);
    }

    private static int size(Map<String, String> properties, int bodyBytes) {
        int content = properties.entrySet().stream()
                .mapToInt(property -> WireSize.text(property.getKey()) + WireSize.text(property.getValue()))
                .sum();
        return WireSize.event(content, bodyBytes);
    }

    private static int sdkSize(Map<String, String> properties, int bodyBytes) {
        EventData event = new EventData(new byte[bodyBytes]);
        event.getProperties().putAll(properties);
        byte[] buffer = new byte[2_000_000];
        return MessageUtils.toProtonJMessage(event.getRawAmqpMessage()).encode(buffer, 0, buffer.length) + 16;
    }
}
