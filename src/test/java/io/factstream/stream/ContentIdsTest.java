package io.factstream.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ContentIdsTest {

    @Test
    void a_row_has_the_same_id_each_time_and_another_row_another() {
        String first = ids("sale", "1|a").get(0);

        assertThat(first).matches("[0-9a-f]{32}").isEqualTo(ids("sale", "1|a").get(0));
        assertThat(ids("sale", "1|b").get(0)).isNotEqualTo(first);
        assertThat(ids("sale", "2|a").get(0)).isNotEqualTo(first);
    }

    @Test
    void an_id_stays_the_same_from_release_to_release() {
        assertThat(ids("sale", "1|a", "1|a"))
                .containsExactly("ee78e0dd6fa5bf1a4b831f9ad32b4d71", "ee78e0dd6fa5bf1a4b831f9ad32b4d71-2");
    }

    @Test
    void the_same_row_in_another_event_type_has_another_id() {
        assertThat(ids("refund", "1|a")).doesNotContainAnyElementsOf(ids("sale", "1|a"));
    }

    @Test
    void rows_that_are_alike_are_numbered() {
        List<String> ids = ids("sale", "1|a", "1|b", "1|a", "1|a", "2|a", "2|a");

        assertThat(ids.get(2)).isEqualTo(ids.get(0) + "-2");
        assertThat(ids.get(3)).isEqualTo(ids.get(0) + "-3");
        assertThat(ids.get(4)).matches("[0-9a-f]{32}");
        assertThat(ids.get(5)).isEqualTo(ids.get(4) + "-2");
        assertThat(ids).doesNotHaveDuplicates();
    }

    @Property(tries = 200)
    void ids_do_not_depend_on_the_order_in_which_ties_are_read(
            @ForAll @Size(max = 40) List<@IntRange(max = 5) Integer> payloads, @ForAll Random random) {
        List<String> rows =
                new ArrayList<>(payloads.stream().map(payload -> "1|" + payload).toList());
        List<String> once = ids("sale", rows.toArray(String[]::new));
        Collections.shuffle(rows, random);

        List<String> again = ids("sale", rows.toArray(String[]::new));

        assertThat(again).hasSameSizeAs(new HashSet<>(again)).containsExactlyInAnyOrderElementsOf(once);
    }

    /** Ids of rows such as {@code 1|a}, whose watermark stands before the bar. */
    private static List<String> ids(String eventType, String... rows) {
        ContentIds ids = new ContentIds(eventType);
        List<String> all = new ArrayList<>();
        for (String row : rows) {
            all.add(ids.next(row.getBytes(StandardCharsets.UTF_8), row.indexOf('|')));
        }
        return all;
    }
}
