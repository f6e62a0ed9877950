package io.factstream.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.factstream.stream.Sql.Word;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A query as DuckDB understands it: its plan before it is optimized, with views and macros in place, and each name
 * resolved.
 *
 * <p>DuckDB replaces parts of the present time by what they are at the moment already while it binds a query. So the functions that tell it
 * are hidden meanwhile, by temporary macros of the same names that nothing can be said of beforehand.
 */
final class BoundPlan {

    private static final Logger LOG = LoggerFactory.getLogger(BoundPlan.class);

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What the macros that hide the present time would fail with, were they ever run. */
    static final String PRESENT = "the present time";

    private static final String PLACE = "query_location";

    private static final Pattern SCHEMA = Pattern.compile("(?i)\\b(?:system\\.)?(?:main|pg_catalog)\\.$");

    private BoundPlan() {}

    /**
     * The plan of a query.
     *
     * @param functions those that are the user's own are not hidden
     * @return empty where DuckDB gives no plan of it
     */
    static Optional<JsonNode> of(String query, FunctionStability functions, Connection connection) throws SQLException {
        List<String> names = FunctionStability.PRESENT.keySet().stream()
                // What the user's own macro of that name tells is not the present time.
                .filter(name -> !functions.macros().contains(name))
                .sorted()
                .toList();
        try (Statement statement = connection.createStatement()) {
            try {
                for (String name : names) {
                    statement.execute("CREATE OR REPLACE TEMP MACRO " + name + "() AS CAST(system.main.error("
                            + Sql.text(name + PRESENT) + ") AS " + FunctionStability.PRESENT.get(name) + ")");
                }
                Optional<JsonNode> plan = planned(unqualified(query, names), statement, connection);
                if (plan.isPresent()) {
                    return plan;
                }
            } finally {
                for (String name : names) {
                    statement.execute("DROP MACRO IF EXISTS temp.main." + name);
                }
            }
            // Where it must be known while the query is bound, as for the bounds of a range.
            return planned(query, statement, connection);
        }
    }

    private static Optional<JsonNode> planned(String query, Statement statement, Connection connection)
            throws SQLException {
        Optional<JsonNode> plan = plan(query, statement);
        if (plan.isPresent()) {
            return plan;
        }
        try (FileStandIns standIns = new FileStandIns(connection)) {
            Optional<String> other = standIns.of(query);
            return other.isPresent() ? plan(other.get(), statement).map(BoundPlan::withoutPlaces) : Optional.empty();
        } catch (SQLException e) {
            // DuckDB takes the query itself: what is then not known of it is told as that.
            LOG.debug("no plan of a query that reads files", e);
            return Optional.empty();
        }
    }

    /** The places of another text say nothing of the query. */
    private static JsonNode withoutPlaces(JsonNode plan) {
        for (JsonNode part : plan) {
            if (part instanceof ObjectNode object) {
                object.remove(PLACE);
            }
            if (part.isContainerNode()) {
                withoutPlaces(part);
            }
        }
        return plan;
    }

    /** Without the schema before such a function, with which the macro would not be meant; all else keeps its place. */
    private static String unqualified(String query, List<String> names) {
        StringBuilder text = new StringBuilder(query);
        for (Word word : Sql.words(query)) {
            if (word.called() && names.contains(word.text().toLowerCase(Locale.ROOT))) {
                Matcher schema = SCHEMA.matcher(text.substring(0, word.at()));
                if (schema.find()) {
                    text.replace(schema.start(), schema.end(), " ".repeat(schema.end() - schema.start()));
                }
            }
        }
        return text.toString();
    }

    private static Optional<JsonNode> plan(String query, Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT " + Sql.call("json_serialize_plan", Sql.text(query)))) {
            row.next();
            JsonNode answer = JSON.readTree(row.getString(1));
            return Optional.of(answer.path("plans").path(0)).filter(JsonNode::isObject);
        } catch (JsonProcessingException e) {
            throw new SQLException("DuckDB writes a plan in another form than JSON", e);
        }
    }
}
