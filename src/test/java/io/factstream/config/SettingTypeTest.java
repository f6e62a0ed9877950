package io.factstream.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.factstream.config.SettingType.Choice;
import io.factstream.config.SettingType.Count;
import io.factstream.config.SettingType.Factor;
import io.factstream.config.SettingType.Size;
import io.factstream.config.SettingType.Time;
import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingTypeTest {

    private static final Time TIME = new Time(Duration.ofMillis(10), Duration.ofDays(2));
    private static final Size SIZE = new Size(4096, 20L << 20);
    private static final Count COUNT = new Count(1, 1_000_000, "rows");
    private static final Factor FACTOR = new Factor(1.0, 10.0);

    @ParameterizedTest
    @CsvSource({
        "10ms, 10",
        "200MS, 200",
        "1s, 1000",
        "1m30s, 90000",
        "1m 30s, 90000",
        "5m, 300000",
        "2h, 7200000",
        "2d, 172800000"
    })
    void durations_have_units(String text, long milliseconds) {
        assertThat(TIME.parse(text)).isEqualTo(Duration.ofMillis(milliseconds));
    }

    @ParameterizedTest
    @CsvSource({
        "500, has no unit",
        "soon, is not a duration",
        "1.5s, is not a duration",
        "-1s, is not a duration",
        "30s1m, is not a duration",
        "9ms, is out of range",
        "49h, is out of range",
        "999999999d, is out of range",
    })
    void other_durations_are_refused(String text, String why) {
        assertRefused(TIME, text, why);
    }

    @ParameterizedTest
    @CsvSource({
        "4096, 4096",
        "4 KB, 4096",
        "256kb, 262144",
        "1MB, 1048576",
        "1MiB, 1048576",
        "20m, 20971520",
        "5000B, 5000"
    })
    void sizes_count_in_powers_of_1024(String text, long bytes) {
        assertThat(SIZE.parse(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({
        "1.5MB, is not a size",
        "much, is not a size",
        "-4096, is not a size",
        "4095, is out of range",
        "21MB, is out of range",
        "999999999999GB, is out of range",
    })
    void other_sizes_are_refused(String text, String why) {
        assertRefused(SIZE, text, why);
    }

    @ParameterizedTest
    @CsvSource({
        "0, is out of range",
        "1000001, is out of range",
        "99999999999, is out of range",
        "1e3, is not a whole number",
        "'1,000', is not a whole number",
    })
    void counts_out_of_their_range_are_refused(String text, String why) {
        assertRefused(COUNT, text, why);
    }

    @ParameterizedTest
    @CsvSource({
        "0.9, is out of range",
        "10.1, is out of range",
        "NaN, is not a decimal number",
        "'1,5', is not a decimal number"
    })
    void factors_out_of_their_range_are_refused(String text, String why) {
        assertRefused(FACTOR, text, why);
    }

    @Test
    void choices_are_the_names_of_an_enum_in_any_case() {
        Choice<Transport> choice = new Choice<>(Transport.class);

        assertThat(choice.parse("AMQP-Web-Sockets")).isEqualTo(Transport.AMQP_WEB_SOCKETS);
        assertThat(choice.allowed()).isEqualTo("amqp or amqp-web-sockets");
        assertRefused(choice, "amqp_web_sockets", "is none of the choices");
    }

    @Test
    void ranges_are_told_as_a_person_would_write_them() {
        assertThat(TIME.allowed()).startsWith("a duration from 10ms to 2d,");
        assertThat(SIZE.allowed()).startsWith("a size from 4KB to 20MB,");
        assertThat(COUNT.allowed()).startsWith("a whole number from 1 to 1,000,000,");
        assertThat(FACTOR.allowed()).isEqualTo("a decimal number from 1.0 to 10.0");
    }

    @Property
    void sizes_are_read_back_as_they_are_written(@ForAll @LongRange(min = 4096, max = 20L << 20) long bytes) {
        assertThat(SIZE.parse(SIZE.write(bytes))).isEqualTo(bytes);
    }

    private static void assertRefused(SettingType<?> type, String text, String why) {
        assertThatIllegalArgumentException().isThrownBy(() -> type.parse(text)).withMessage(why);
    }
}
