package io.factstream.watermark;

/**
 * A stream's query is not the one that made its watermark, so the position may mean other rows than it did.
 *
 * <p>Only a person can say whether the position still holds; the message names the three ways on.
 */
public final class QueryChangedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String stream;
    private final String savedFingerprint;
    private final String newFingerprint;

    /**
     * @param savedFingerprint of the query that made the watermark
     * @param newFingerprint of the query that wants to go on from it
     */
    public QueryChangedException(String stream, String savedFingerprint, String newFingerprint) {
        super("Stream '" + stream + "': its query changed since its watermark was saved (was " + savedFingerprint
                + ", is " + newFingerprint + "). Nothing was read or saved. Either accept the new query and keep the"
                + " position (factstream watermark accept " + stream + "), or begin the new query elsewhere (factstream"
                + " watermark rewind " + stream + "), or give the new query to a new stream with its own id");
        this.stream = stream;
        this.savedFingerprint = savedFingerprint;
        this.newFingerprint = newFingerprint;
    }

    /** The stream's id. */
    public String stream() {
        return stream;
    }

    /** Of the query that made the watermark. */
    public String savedFingerprint() {
        return savedFingerprint;
    }

    /** Of the query that wants to go on from it. */
    public String newFingerprint() {
        return newFingerprint;
    }
}
