package io.factstream.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableNameTest {

    private static final TableName ORDERS = new TableName("facts", "main", "orders");
    private static final TableName RAW = new TableName("facts", "raw", "orders");
    private static final TableName DOTS = new TableName("facts", "a.b", "c d");
    private static final TableName QUOTE = new TableName("facts", "main", "5\" nails.new");
    private static final TableName OF_THE_FILE = new TableName("facts", "facts", "orders");

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '§',
            delimiter = '|',
            value = {
                "orders | orders",
                "ORDERS | orders",
                "main.orders | orders",
                "facts.main.orders | orders",
                "facts.orders | orders",
                "\"orders\" | orders",
                "raw.orders | raw.orders",
                "\"raw\".\"Orders\" | raw.orders",
                "facts.raw.orders | raw.orders",
                "\"a.b\".\"c d\" | \"a.b\".\"c d\"",
                "facts.\"a.b\".\"c d\" | \"a.b\".\"c d\"",
                "a.b.c d | \"a.b\".\"c d\"",
                "\"5\"\" nails.new\" | \"5\"\" nails.new\"",
                "5\" nails.new | \"5\"\" nails.new\"",
            })
    void a_table_is_found_by_each_name_that_a_query_has_for_it(String written, String meant) {
        assertThat(TableName.meant(written, List.of(ORDERS, RAW, DOTS, QUOTE)))
                .map(TableName::toString)
                .containsExactly(meant);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '§',
            value = {"order", "raw", "\"raw.orders\"", "raw.", ".orders", "\"orders", "\"orders\"x", "b.c d"})
    void no_other_table_is_taken_for_it(String written) {
        assertThat(TableName.meant(written, List.of(ORDERS, RAW, DOTS, QUOTE))).isEmpty();
    }

    @Test
    void a_schema_comes_before_the_database_of_its_name() {
        assertThat(TableName.meant("facts.orders", List.of(ORDERS, OF_THE_FILE)))
                .containsExactly(OF_THE_FILE);
    }

    @Test
    void all_are_told_that_a_name_without_quotes_can_stand_for() {
        TableName one = new TableName("f", "a", "b.c");
        TableName other = new TableName("f", "a.b", "c");

        assertThat(TableName.meant("a.b.c", List.of(one, other))).containsExactly(one, other);
        assertThat(TableName.meant(one.toString(), List.of(one, other))).containsExactly(one);
    }

    @Test
    void what_is_no_plain_word_stands_in_quotes() {
        assertThat(new TableName("f", "s", "select").written(Set.of("select"))).isEqualTo("s.\"select\"");
        assertThat(new TableName("f", "main", "Orders").written(Set.of())).isEqualTo("\"Orders\"");
    }
}
