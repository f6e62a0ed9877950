package io.factstream.watermark;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Something that a person did to a stream's watermark. Ordinary advances are not kept. */
public sealed interface WatermarkChange {

    /** The stream's id. */
    String stream();

    /** When, to the microsecond. */
    Instant at();

    /** Who, as that person or command named itself. */
    String who();

    /**
     * The position was set, backwards or forwards.
     *
     * @param from where it stood; null when there was none
     * @param to where it was put; null when it was removed, so that the stream begins at its first row
     * @param why in the words of the one who did it
     */
    record PositionSet(
            String stream,
            Instant at,
            String who,
            @Nullable Watermark from,
            @Nullable Watermark to,
            String why) implements WatermarkChange {}

    /**
     * A changed query was accepted, and the position kept.
     *
     * @param position where the stream stood
     */
    record QueryAccepted(
            String stream, Instant at, String who, String oldFingerprint, String newFingerprint, Watermark position)
            implements WatermarkChange {}

    /**
     * Columns that the query no longer gave as it did were accepted, and the position kept.
     *
     * @param columns those it had given before
     * @param position where the stream stood
     */
    record ColumnsAccepted(String stream, Instant at, String who, String columns, Watermark position)
            implements WatermarkChange {}
}
