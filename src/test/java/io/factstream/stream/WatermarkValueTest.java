package io.factstream.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.factstream.config.ConfigurationException;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WatermarkValueTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "TIMESTAMP | 2026-01-31T10:15:30+02:00 | 2026-01-31 08:15:30",
                "TIMESTAMP | 2026-01-31 10:15:30.5 +0200 | 2026-01-31 08:15:30.5",
                "TIMESTAMP | 2026-01-31 10:15+02 | 2026-01-31 08:15:00",
                "TIMESTAMP | 2026-01-31T10:15:30Z | 2026-01-31 10:15:30",
                "TIMESTAMP | 2026-01-31 10:15:30 Europe/Helsinki | 2026-01-31 08:15:30",
                "TIMESTAMP | 2026-07-31 10:15:30 europe/helsinki | 2026-07-31 07:15:30",
                "TIMESTAMP | 2026-01-31 10:15:30 EST | 2026-01-31 15:15:30",
                "TIMESTAMP | 2026-01-31 23:30:00-05:00 | 2026-02-01 04:30:00",
                "TIMESTAMP | 0044-03-15 (BC) 10:00:00+02:00 | 0044-03-15 (BC) 08:00:00",
                "TIMESTAMP | 2026-01-31 | 2026-01-31 00:00:00",
                "TIMESTAMP_S | 2026-01-31T10:15:30+02:00 | 2026-01-31 08:15:30",
                "TIMESTAMP_S | 2026-01-31T10:15:30.9+02:00 | 2026-01-31 08:15:30",
                "TIMESTAMP_S | 1969-12-31 23:59:58.9 | 1969-12-31 23:59:58",
                "TIMESTAMP_MS | 2026-01-31T10:15:30.1239+02:00 | 2026-01-31 08:15:30.123",
                "TIMESTAMP_NS | 2026-01-31T10:15:30.123456789+02:00 | 2026-01-31 08:15:30.123456789",
                "TIMESTAMP WITH TIME ZONE | 2026-01-31T10:15:30+02:00 | 2026-01-31 08:15:30+00",
                "TIMESTAMP WITH TIME ZONE | 2026-01-31 10:15:30 | 2026-01-31 10:15:30+00",
                "DATE | 2026-01-31T23:30:00-05:00 | 2026-02-01",
                "DATE | 2026-01-31 23:59:59 | 2026-01-31",
                "DATE | 2026-01-31 | 2026-01-31",
            })
    void a_time_is_taken_in_utc_by_its_offset_or_zone_and_never_rounded_up(String type, String text, String canonical) {
        assertThat(WatermarkValue.canonical(type, text, "--to")).isEqualTo(canonical);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2026-01-31T10:15:30 Nowhere/Town | there is no time zone 'Nowhere/Town'",
                "2026-01-31T10:15:30 Europe/Helsinky | did you mean Europe/Helsinki?",
                "2026-01-31T10:15:30+99:00 | Zone offset hours not in valid range",
                "2026-03-29 03:30:00 Europe/Helsinki | does not exist there: write it with an offset",
                "2026-10-25 03:30:00 Europe/Helsinki | write it with +03:00 or +02:00 instead",
                "2026-02-30 03:30:00+02:00 | Invalid date",
                "31.01.2026 10:15 | another form",
                "infinity | is no",
                "-infinity | is no",
            })
    void what_is_no_certain_time_is_refused_with_why_for_every_type_of_time(String text, String why) {
        for (WatermarkType type : WatermarkType.values()) {
            if (type.isTime()) {
                assertThatThrownBy(() -> WatermarkValue.canonical(type.sqlName(), text, "--to"))
                        .isInstanceOf(ConfigurationException.class)
                        .hasMessageContaining("--to: '" + text + "' is no " + type.sqlName())
                        .hasMessageContaining(why);
            }
        }
    }

    @Property(tries = 100)
    void any_offset_is_applied_to_any_time(
            @ForAll @LongRange(min = -60_000_000_000L, max = 250_000_000_000L) long second,
            @ForAll @IntRange(min = -18 * 60, max = 18 * 60) int minutes) {
        LocalDateTime local = LocalDateTime.ofEpochSecond(second, 0, ZoneOffset.UTC);
        OffsetDateTime time = local.atOffset(ZoneOffset.ofTotalSeconds(minutes * 60));
        String text = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ssxxx").format(time);

        String canonical = WatermarkValue.canonical("TIMESTAMP", text, "--to");

        assertThat(canonical)
                .isEqualTo(DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss")
                        .format(time.withOffsetSameInstant(ZoneOffset.UTC)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "timestamp | TIMESTAMP",
                "DATETIME | TIMESTAMP",
                "timestamp_us | TIMESTAMP",
                "TIMESTAMP(3) | TIMESTAMP_MS",
                "timestamptz | TIMESTAMP WITH TIME ZONE",
                "Timestamp With Time Zone | TIMESTAMP WITH TIME ZONE",
                "INT8 | BIGINT",
                "long | BIGINT",
                "int | INTEGER",
                "uint16 | USMALLINT",
                "int128 | HUGEINT",
                "date | DATE",
            })
    void a_type_has_every_name_that_duckdb_has_for_it(String written, String type) {
        assertThat(WatermarkValue.type(written, "--type")).isEqualTo(type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "NUMBER", "VARCHAR", "DOUBLE", "BIGINT[]", "BIGINT), (SELECT 1", "STRUCT(a INT)"})
    void a_type_that_no_watermark_can_have_is_refused_with_those_it_can(String written) {
        assertThatThrownBy(() -> WatermarkValue.type(written, "--type"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("--type: '" + written + "' is no type that a watermark can have")
                .hasMessageContaining("TIMESTAMP WITH TIME ZONE");
    }
}
