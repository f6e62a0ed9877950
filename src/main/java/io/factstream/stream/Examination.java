package io.factstream.stream;

import io.factstream.source.Column;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a stream's query gives on its source at one moment.
 *
 * @param stream the stream's id
 * @param columns all columns of the query, in order
 * @param watermark the name of the watermark column
 * @param watermarkType its type
 * @param rows all rows of the query
 * @param withoutWatermark rows whose watermark is NULL: they can never be read
 * @param unsettled rows that are too young to be read now, those dated in the future included
 * @param waiting tells of those whose time lies in the future, in a sentence without its end; null when there are none
 * @param values how many different watermarks there are
 * @param largestTie how many rows share one watermark at most
 * @param stepsBack how many rows have a watermark below that of the row before, as they lie in the source
 * @param cutOff the unit that all watermarks are cut off to, although their type is finer, where the stream's settle is
 *     shorter than it; else null
 * @param pageRows how many rows a page of full size has
 * @param pageBytes about how many bytes of memory such a page takes
 * @param sample what was seen in the first rows
 * @param differences what was another when the same rows were read again; empty when nothing was
 */
public record Examination(
        String stream,
        List<Column> columns,
        String watermark,
        String watermarkType,
        long rows,
        long withoutWatermark,
        long unsettled,
        @Nullable String waiting,
        long values,
        long largestTie,
        long stepsBack,
        @Nullable ChronoUnit cutOff,
        int pageRows,
        long pageBytes,
        Sample sample,
        Examination.Differences differences) {

    public Examination {
        columns = List.copyOf(columns);
    }

    /** How many events all the rows become. */
    public long expectedEvents() {
        return rows - withoutWatermark;
    }

    /**
     * What settle should be, in the form of the settings, so that no row is late that comes while its unit is not over;
     * null where it is long enough, or the type of the watermark waits by itself.
     */
    public @Nullable String advisedSettle() {
        return cutOff == null
                ? null
                : switch (cutOff) {
                    case DAYS -> "24h";
                    case HOURS -> "1h";
                    case MINUTES -> "1m";
                    case MILLIS -> "1ms";
                    default -> "1s";
                };
    }

    /** Whether the rows lie in the order of the watermark, so that a page costs little. */
    public boolean isInOrder() {
        return stepsBack == 0;
    }

    /**
     * What was another when the first rows were read a second time.
     *
     * @param rows how many events came in one of the readings only; 0 when none did
     * @param columns those that had other values
     */
    public record Differences(int rows, List<String> columns) {

        static final Differences NONE = new Differences(0, List.of());

        public Differences {
            columns = List.copyOf(columns);
        }
    }

    /**
     * The first rows of a stream as events.
     *
     * @param events how many they are
     * @param largest the bytes that the largest of them takes of a batch; 0 when there are none
     * @param tooLarge how many are larger than a hub takes
     * @param unsendable how many hold NaN or an infinity, where that must not be sent
     * @param notJson how many are no JSON, which the query then must have brought about
     * @param repeatingNames how many are JSON in which an object has a name more than once, as a JSON column may bring it
     */
    public record Sample(int events, long largest, int tooLarge, int unsendable, int notJson, int repeatingNames) {}
}
