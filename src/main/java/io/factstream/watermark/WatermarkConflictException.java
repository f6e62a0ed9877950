package io.factstream.watermark;

import org.jspecify.annotations.Nullable;

/**
 * A watermark did not stand where the caller believed, so nothing was saved.
 *
 * <p>Another runtime or a person moved it. Read the watermark again and go on from there; rows that were sent from the
 * old position may be sent again, none is lost.
 */
public final class WatermarkConflictException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String stream;
    private final transient @Nullable Watermark expected;
    private final transient @Nullable Watermark stored;

    /**
     * @param expected where the caller believed it to stand; null for nowhere
     * @param stored where it stands; null for nowhere
     */
    public WatermarkConflictException(String stream, @Nullable Watermark expected, @Nullable Watermark stored) {
        super("Stream '" + stream + "': its watermark was expected at " + text(expected) + " but stands at "
                + text(stored) + ". Nothing was saved. Another runtime or a person moved it: read it again and go on"
                + " from there");
        this.stream = stream;
        this.expected = expected;
        this.stored = stored;
    }

    private static String text(@Nullable Watermark position) {
        return position == null ? "nothing (no watermark)" : "[" + position + "]";
    }

    /** The stream's id. */
    public String stream() {
        return stream;
    }

    /** Where the caller believed it to stand; null for nowhere. */
    public @Nullable Watermark expected() {
        return expected;
    }

    /** Where it stands; null for nowhere. */
    public @Nullable Watermark stored() {
        return stored;
    }
}
