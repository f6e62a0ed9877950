package io.factstream.bench;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * The fastest loop that could be written by hand: DuckDB makes the whole JSON, one thread reads pages ahead while another
 * makes batches, and four sends are under way. It saves nothing.
 */
final class BestLoop {

    private static final int IN_FLIGHT = 4;
    private static final int BATCH_BYTES = 256 * 1024;
    private static final int PAGES_AHEAD = 4;
    private static final int PAGE = 10_000;

    private BestLoop() {}

    @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
    private record Line(byte[] json, String traceId) {}

    public static void main(String[] args) throws Exception {
        Job job = Job.of(args);
        BlockingQueue<List<Line>> pages = new ArrayBlockingQueue<>(PAGES_AHEAD);
        Thread reader = new Thread(() -> read(job, pages), "reader");
        reader.setDaemon(true);
        reader.start();
        try (Sender sender = new Sender(job, IN_FLIGHT, BATCH_BYTES)) {
            long left = job.rows();
            while (left > 0) {
                List<Line> page = pages.take();
                if (page.isEmpty()) {
                    throw new IllegalStateException("reading failed");
                }
                for (Line line : page) {
                    sender.send(line.json(), line.traceId());
                }
                left -= page.size();
            }
            sender.finish();
        }
    }

    private static void read(Job job, BlockingQueue<List<Line>> pages) {
        Properties options = new Properties();
        options.setProperty("duckdb.read_only", "true");
        options.setProperty("jdbc_stream_results", "true");
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + job.file(), options);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql(connection, job))) {
            List<Line> page = new ArrayList<>(PAGE);
            while (rows.next()) {
                page.add(new Line(rows.getBytes(1), rows.getString(2)));
                if (page.size() == PAGE) {
                    pages.put(page);
                    page = new ArrayList<>(PAGE);
                }
            }
            if (!page.isEmpty()) {
                pages.put(page);
            }
        } catch (SQLException e) {
            pages.add(List.of());
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * The whole envelope of a row, made in DuckDB's vectors by one function that copies each text once: its {@code to_json}
     * of a STRUCT took longer. Of the payload a column that is NULL is left out, and the comma before the first is cut off.
     */
    private static String sql(Connection connection, Job job) throws SQLException {
        List<String> members = new ArrayList<>();
        String correlation = "";
        try (Statement statement = connection.createStatement();
                ResultSet columns = statement.executeQuery("DESCRIBE " + job.query())) {
            while (columns.next()) {
                String name = columns.getString(1);
                if (name.equals("_correlation_id")) {
                    correlation = ", ',\"correlation_id\":', to_json(_correlation_id)";
                } else if (!name.startsWith("_")) {
                    members.add("CASE WHEN q." + name + " IS NOT NULL THEN ',\"" + name + "\":' END, "
                            + json("q." + name, columns.getString(2)));
                }
            }
        }
        return "SELECT encode(concat('{\"event_type\":\"receipt_line_added\",\"payload\":{', substr(concat("
                + String.join(", ", members) + "), 2), '},\"trace_id\":', to_json(_trace_id),"
                + " strftime(_watermark, ',\"ingest_timestamp\":\"%Y-%m-%dT%H:%M:%S.%fZ\"'),"
                + " ',\"schema_version\":\"1.0\",\"source\":\"bench\"'" + correlation + ", ',\"session_id\":\""
                + UUID.randomUUID() + "\"}')), _trace_id FROM (" + job.query() + ") AS q LIMIT " + job.rows();
    }

    /** Numbers are their own JSON. */
    private static String json(String value, String type) {
        boolean plain = type.endsWith("INT") || type.equals("INTEGER") || type.startsWith("DECIMAL");
        return plain ? value : "to_json(" + value + ")";
    }
}
