package io.factstream.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.Statement;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;

/**
 * The loop that one would write by hand, without Camel: rows as maps, Jackson, batches of the SDK, four of them under way.
 * It reads the whole table in one streamed query, and saves nothing: it could not go on after a crash.
 */
final class PlainLoop {

    private static final int IN_FLIGHT = 4;
    private static final int BATCH_BYTES = 1024 * 1024;

    private PlainLoop() {}

    public static void main(String[] args) throws Exception {
        Job job = Job.of(args);
        ObjectMapper mapper = new ObjectMapper();
        String session = UUID.randomUUID().toString();
        Properties options = new Properties();
        options.setProperty("duckdb.read_only", "true");
        options.setProperty("jdbc_stream_results", "true");
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + job.file(), options);
                Statement statement = connection.createStatement();
                Sender sender = new Sender(job, IN_FLIGHT, BATCH_BYTES);
                ResultSet rows = statement.executeQuery(job.query() + " LIMIT " + job.rows())) {
            ResultSetMetaData columns = rows.getMetaData();
            while (rows.next()) {
                Map<String, Object> row = new LinkedHashMap<>();
                for (int i = 1; i <= columns.getColumnCount(); i++) {
                    Object value = rows.getObject(i);
                    if (value != null) {
                        row.put(
                                columns.getColumnName(i),
                                value instanceof Number || value instanceof Boolean ? value : text(value));
                    }
                }
                Object time = row.remove("_watermark");
                Object id = row.remove("_trace_id");
                Object correlation = row.remove("_correlation_id");
                Map<String, Object> event = new LinkedHashMap<>();
                event.put("event_type", "receipt_line_added");
                event.put("payload", row);
                event.put("trace_id", id);
                event.put("ingest_timestamp", time);
                event.put("schema_version", "1.0");
                event.put("source", "bench");
                if (correlation != null) {
                    event.put("correlation_id", correlation);
                }
                event.put("session_id", session);
                sender.send(mapper.writeValueAsBytes(event), String.valueOf(id));
            }
            sender.finish();
        }
    }

    private static String text(Object value) {
        return value instanceof java.sql.Timestamp time
                ? LocalDateTime.ofInstant(time.toInstant(), java.time.ZoneOffset.UTC) + "Z"
                : value.toString();
    }
}
