package io.factstream;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * What consumers of the hub rely on for one stream of the retail sample; retail-contract.yaml explains each part.
 *
 * @param rows which rows of {@code table} are events, as a condition
 * @param eventTime an expression on {@code table}
 * @param traceId an expression on {@code table}; null when the contract leaves it to the runtime
 * @param correlation an expression on {@code table}; null when there is none
 * @param partition an expression on {@code table}; null when there is none
 */
public record RetailContract(
        String stream,
        String eventType,
        String table,
        String rows,
        String watermark,
        String eventTime,
        @Nullable String traceId,
        @Nullable String correlation,
        @Nullable String partition,
        Map<String, FieldType> payload) {

    /** How a payload field looks in JSON, and the column types it can be made from. */
    public enum FieldType {
        LONG("BIGINT"),
        INT("BIGINT|INTEGER"),
        REAL("DECIMAL\\(.*\\)|DOUBLE"),
        DATETIME("TIMESTAMP|TIMESTAMP WITH TIME ZONE"),
        STRING("VARCHAR"),
        LONGS("BIGINT\\[\\]");

        private final String columnTypes;

        FieldType(String columnTypes) {
            this.columnTypes = columnTypes;
        }

        /** Whether a DuckDB column of this type becomes such a field. */
        public boolean isMadeFrom(String columnType) {
            return columnType.matches(columnTypes);
        }
    }

    /** The contracts of all streams, in the order of the file. */
    public static List<RetailContract> all() {
        try (InputStream in =
                Objects.requireNonNull(RetailContract.class.getResourceAsStream("/retail-contract.yaml"))) {
            Map<?, ?> streams = (Map<?, ?>)
                    new Load(LoadSettings.builder().setAllowDuplicateKeys(false).build()).loadFromInputStream(in);
            return streams.entrySet().stream()
                    .map(entry -> read((String) entry.getKey(), (Map<?, ?>) entry.getValue()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The contract of one stream. */
    public static RetailContract of(String stream) {
        return all().stream()
                .filter(contract -> contract.stream.equals(stream))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("retail-contract.yaml has no stream " + stream));
    }

    /** Shows as the stream's id in the names of parameterized tests. */
    @Override
    public String toString() {
        return stream;
    }

    private static RetailContract read(String stream, Map<?, ?> entry) {
        String watermark = required(entry, "watermark");
        Map<String, FieldType> payload = new LinkedHashMap<>();
        ((Map<?, ?>) Objects.requireNonNull(entry.get("payload"), "payload"))
                .forEach((field, type) ->
                        payload.put((String) field, FieldType.valueOf(((String) type).toUpperCase(Locale.ROOT))));
        return new RetailContract(
                stream,
                required(entry, "event"),
                required(entry, "table"),
                Objects.requireNonNullElse((String) entry.get("rows"), "true"),
                watermark,
                Objects.requireNonNullElse((String) entry.get("eventTime"), watermark),
                (String) entry.get("traceId"),
                (String) entry.get("correlation"),
                (String) entry.get("partition"),
                payload);
    }

    private static String required(Map<?, ?> entry, String key) {
        return (String) Objects.requireNonNull(entry.get(key), key);
    }
}
