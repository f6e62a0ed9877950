package io.factstream.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** A measurement of FactStream alone. */
interface Scenario {

    /** As the report shows it. */
    String name();

    /**
     * Measures.
     *
     * @param data where made data is kept
     * @param work an empty folder
     * @return figures by their names, with their units
     */
    Map<String, Double> measure(Path data, Path work) throws IOException, InterruptedException, SQLException;

    static List<Scenario> all() {
        return List.of();
    }
}
