package io.factstream.stream;

import io.factstream.config.ConfigurationException;
import io.factstream.source.TimeText;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.DateTimeException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Values and types of watermarks that people write. */
public final class WatermarkValue {

    private static final Pattern INTEGER = Pattern.compile("[+-]?\\d+");
    /** Nothing that could be more than a type in the statement that it is put into. */
    private static final Pattern TYPE = Pattern.compile("\\w+( \\w+)*(\\(\\d+\\))?");

    private WatermarkValue() {}

    /**
     * The canonical text of a value, as DuckDB writes it. A time may have an offset or a time zone, which is applied; one
     * without is in UTC. What is finer than the type is left out, as if it were not there.
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
        if (!known.isTime() && !INTEGER.matcher(text.strip()).matches()) {
            throw refusal(known, text, where, "", null);
        }
        String value;
        try {
            value = known.isTime() ? known.notAfter(TimeText.inUtc(text)) : known.literal(text.strip());
        } catch (DateTimeException e) {
            throw refusal(known, text, where, ": " + e.getMessage(), e);
        }
        try {
            String canonical = ask("CAST(" + value + " AS VARCHAR)");
            if (canonical.endsWith("infinity")) {
                throw refusal(known, text, where, "", null);
            }
            return canonical;
        } catch (SQLException e) {
            throw refusal(known, text, where, "", e);
        }
    }

    /**
     * The type of a watermark as DuckDB writes it, by that name or another that DuckDB has for it, such as DATETIME or
     * INT8.
     *
     * @param written what a person wrote
     * @param where what to name when it is refused, such as the option it was given to
     * @throws ConfigurationException when DuckDB has no such type, or no watermark can be of it
     */
    public static String type(String written, String where) {
        String name = written.strip();
        String type = null;
        if (TYPE.matcher(name).matches()) {
            try {
                type = ask("typeof(CAST(NULL AS " + name + "))");
            } catch (SQLException e) {
                throw noType(written, where, e);
            }
        }
        if (type == null || WatermarkType.named(type.toUpperCase(Locale.ROOT)).isEmpty()) {
            throw noType(written, where, null);
        }
        return type;
    }

    private static ConfigurationException noType(String written, String where, @Nullable SQLException e) {
        return new ConfigurationException(
                where,
                "'" + written + "' is no type that a watermark can have",
                "Use one of " + WatermarkType.names() + ", or another name that DuckDB has for it",
                e);
    }

    /** What an expression is, in a database of its own in memory: neither the source nor its lock has to do with it. */
    private static String ask(String expression) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("SET TimeZone = 'UTC'");
            try (ResultSet rows = statement.executeQuery("SELECT " + expression)) {
                rows.next();
                return rows.getString(1);
            }
        }
    }

    private static ConfigurationException refusal(
            WatermarkType type, String text, String where, String why, @Nullable Exception e) {
        String example = !type.isTime()
                ? "a whole number such as 1000"
                : type == WatermarkType.DATE ? "2026-01-31" : "'2026-01-31 10:15:30'";
        return new ConfigurationException(
                where,
                "'" + text + "' is no " + type.sqlName() + why,
                "The watermark is a " + type.sqlName() + ": write it as " + example
                        + (type.isTime() && type != WatermarkType.DATE ? ", which is in UTC, or with an offset" : ""),
                e);
    }
}
