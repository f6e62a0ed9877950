package io.factstream.stream;

import io.factstream.source.Column;
import java.util.List;

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
 * @param values how many different watermarks there are
 * @param largestTie how many rows share one watermark at most
 * @param stepsBack how many rows have a watermark below that of the row before, as they lie in the source
 * @param pageRows how many rows a page of full size has
 * @param pageBytes about how many bytes of memory such a page takes
 * @param sample what was seen in the first rows
 */
public record Examination(
        String stream,
        List<Column> columns,
        String watermark,
        String watermarkType,
        long rows,
        long withoutWatermark,
        long unsettled,
        long values,
        long largestTie,
        long stepsBack,
        int pageRows,
        long pageBytes,
        Sample sample) {

    public Examination {
        columns = List.copyOf(columns);
    }

    /** How many events all the rows become. */
    public long expectedEvents() {
        return rows - withoutWatermark;
    }

    /** Whether the rows lie in the order of the watermark, so that a page costs little. */
    public boolean isInOrder() {
        return stepsBack == 0;
    }

    /**
     * The first rows of a stream as events.
     *
     * @param events how many they are
     * @param largest the bytes that the largest of them takes of a batch; 0 when there are none
     * @param tooLarge how many are larger than a hub takes
     * @param unsendable how many hold NaN or an infinity, where that must not be sent
     * @param notJson how many are no JSON, which the query then must have brought about
     */
    public record Sample(int events, int largest, int tooLarge, int unsendable, int notJson) {}
}
