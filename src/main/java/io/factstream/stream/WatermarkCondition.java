package io.factstream.stream;

import java.util.List;
import java.util.stream.Collectors;

/** What must hold of a watermark, as SQL, whatever a query calls it. */
@FunctionalInterface
interface WatermarkCondition {

    WatermarkCondition ALWAYS = watermark -> "true";

    /**
     * The condition.
     *
     * @param watermark SQL of the watermark, which may be repeated
     */
    String on(String watermark);

    default WatermarkCondition and(WatermarkCondition other) {
        return watermark -> on(watermark) + " AND " + other.on(watermark);
    }

    /** Holds where one of some does; never where there is none. */
    static WatermarkCondition anyOf(List<WatermarkCondition> some) {
        List<WatermarkCondition> conditions = List.copyOf(some);
        return watermark -> conditions.isEmpty()
                ? "false"
                : conditions.stream()
                        .map(condition -> condition.on(watermark))
                        .collect(Collectors.joining(" OR ", "(", ")"));
    }
}
