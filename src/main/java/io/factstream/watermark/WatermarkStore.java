package io.factstream.watermark;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the watermarks of all streams are kept.
 *
 * <p>Every change is a compare-and-set: it names the position it starts from and fails when the stored one is another,
 * so that several runtimes and commands may share a store and none moves a watermark that it has not seen. Nothing is
 * cached: each call asks the store. When a method returns, its change is durable; when it throws, nothing has changed.
 *
 * <p>Safe for use by any number of threads and processes. Besides the exceptions named here, every method throws the
 * store's own unchecked exception when the store cannot be read or written; that says nothing about the stream, which
 * holds its position and tries again.
 */
public interface WatermarkStore {

    /** The stream's watermark; empty when it has none yet. */
    Optional<SavedWatermark> find(String stream);

    /** All watermarks, by stream id. */
    List<SavedWatermark> all();

    /**
     * Moves a watermark past rows that are all acknowledged or dead-lettered.
     *
     * @param queryFingerprint of the query that read them
     * @param from where it stands; null when the stream has none yet
     * @param to where those rows end. That it lies after {@code from} is for the caller to know: the store cannot order
     *     values
     * @param passed those rows; the stream's {@link #coverage}, when it has one, grows by them in the same transaction
     * @throws WatermarkConflictException when it does not stand at {@code from}
     * @throws QueryChangedException when it stands there, but was made by another query
     * @throws IllegalArgumentException when {@code to} cannot lie after {@code from} in any order, see {@link
     *     Watermark#mayAdvanceTo}
     */
    void advance(String stream, String queryFingerprint, @Nullable Watermark from, Watermark to, Passed passed);

    /**
     * Accepts a changed query with the columns it gives, keeps the position, and records it in the {@link #history}.
     *
     * @param oldFingerprint of the query that made the watermark
     * @param newFingerprint of the query that goes on from it
     * @param who accepts it; not blank
     * @throws QueryChangedException when the watermark was made by yet another query
     * @throws java.util.NoSuchElementException when the stream has no watermark, or none made by a query: there is
     *     nothing to accept, and the next advance brings the new query
     */
    void accept(String stream, String oldFingerprint, String newFingerprint, String who);

    /**
     * Accepts whatever columns the query gives now, keeps the position, and records it in the {@link #history}: the
     * saved columns are forgotten, and the next advance brings new ones.
     *
     * @param position where the stream stands
     * @param who accepts them; not blank
     * @return whether there were saved columns to forget
     * @throws WatermarkConflictException when the stream does not stand there
     */
    boolean acceptColumns(String stream, Watermark position, String who);

    /**
     * Puts a watermark where a person wants it, backwards or forwards, and records it in the {@link #history}. The
     * fingerprint, the columns and the coverage are forgotten, since the person answers for the position: the next
     * advance brings the first two, and a {@link #baseline} the last.
     *
     * @param from where it stands; null when the stream has none
     * @param to where it goes, of any type; null to remove it, so that the stream begins at its first row
     * @param who does it; not blank
     * @param why it is done; not blank
     * @throws WatermarkConflictException when it does not stand at {@code from}
     * @throws IllegalArgumentException when there is neither a {@code from} nor a {@code to}
     */
    void set(String stream, @Nullable Watermark from, @Nullable Watermark to, String who, String why);

    /**
     * How many rows of the stream were delivered; empty when that is not known: before the first page, and after a
     * {@link #set} until there is a {@link #baseline}.
     */
    Optional<Delivered> delivered(String stream);

    /** As {@link #delivered}, bucket by bucket, both from one moment. */
    Optional<Coverage> coverage(String stream);

    /**
     * Takes what the source holds at or below a position for delivered, where it is not known what was.
     *
     * @param position where the stream stands
     * @param rowsByBucket the rows of each bucket at or below it; of a value that is passed in part, those of the slices
     *     that are done
     * @param rowsWithin how many of them hold that value; 0 when the position is whole
     * @return whether it was taken; false when the stream does not stand there, or has a coverage already
     */
    boolean baseline(String stream, Watermark position, Map<String, Long> rowsByBucket, long rowsWithin);

    /**
     * Corrects the coverage after rows were sent again.
     *
     * @param revision of the coverage that {@code changes} were worked out from
     * @param changes what to add to the rows of a bucket, or to take from them
     * @return whether it was corrected; false when the coverage was taken anew or mended meanwhile
     */
    boolean mend(String stream, long revision, Map<String, Long> changes);

    /** What people did to the stream's watermark, oldest first; kept when the watermark itself is removed. */
    List<WatermarkChange> history(String stream);
}
