package io.factstream.stream;

import io.factstream.config.ConfigurationException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Values of watermarks that people write. */
public final class WatermarkValue {

    private static final Pattern INTEGER = Pattern.compile("[+-]?\\d+");

    private WatermarkValue() {}

    /**
     * The canonical text of a value, as DuckDB writes it.
     *
     * @param type the type of the watermark, as it is stored
     * @param text what a person wrote
     * @param where what to name when it is refused, such as the option it was given to
     * @throws ConfigurationException when it is no value of that type, or not finite
     */
    public static String canonical(String type, String text, String where) {
        WatermarkType known = WatermarkType.named(type)
                .orElseThrow(() -> new ConfigurationException(
                        where,
                        "the watermark is a " + type + ", which no stream can have",
                        "Rewind to the beginning, or use the FactStream that stored it"));
        String example = known.isTime()
                ? known == WatermarkType.DATE ? "2026-01-31" : "'2026-01-31 10:15:30'"
                : "a whole number such as 1000";
        if (!known.isTime() && !INTEGER.matcher(text.strip()).matches()) {
            throw refusal(type, text, where, example, null);
        }
        // In a database of its own, in memory: neither the source nor its lock has to do with it.
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("SET TimeZone = 'UTC'");
            String value = "CAST(" + known.literal(text.strip()) + " AS VARCHAR)";
            try (ResultSet rows = statement.executeQuery("SELECT " + value)) {
                rows.next();
                String canonical = rows.getString(1);
                if (canonical.endsWith("infinity")) {
                    throw refusal(type, text, where, example, null);
                }
                return canonical;
            }
        } catch (SQLException e) {
            throw refusal(type, text, where, example, e);
        }
    }

    private static ConfigurationException refusal(
            String type, String text, String where, String example, @Nullable SQLException e) {
        return new ConfigurationException(
                where, "'" + text + "' is no " + type, "The watermark is a " + type + ": write it as " + example, e);
    }
}
