package io.factstream.watermark;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The position of a stream up to which <em>every</em> row is acknowledged by the hub or durably dead-lettered.
 *
 * <p>A position is one of two things:
 *
 * <ul>
 *   <li><b>whole</b> ({@code slices} is null): every row at or below {@code value};
 *   <li><b>within a value</b> ({@code slices} is {@code done of n}): every row below {@code value}, and of the rows that
 *       hold {@code value} itself those in the first {@code done} of {@code n} hash slices. This is how one value that
 *       holds more rows than a page may is passed piece by piece. Whoever goes on from here cuts the value into the
 *       same {@code n} slices or a multiple of them; {@code n of n} does not exist, it is the whole value.
 * </ul>
 *
 * <p>Positions are equal when all their parts are, as text. Only the source can order two values; {@link
 * #mayAdvanceTo} refuses what is wrong in any order.
 *
 * @param type the DuckDB type of the watermark column, such as {@code TIMESTAMP} or {@code BIGINT}; not blank
 * @param value DuckDB's canonical text of the value; may be empty for a text column
 * @param slices how far the rows of {@code value} itself have come; null when all of them are done
 */
public record Watermark(String type, String value, @Nullable Slices slices) {

    public Watermark {
        Objects.requireNonNull(value, "value");
        if (type.isBlank()) {
            throw new IllegalArgumentException("a watermark needs the type of its column");
        }
    }

    /**
     * Some of the hash slices of one value, but not all of them.
     *
     * @param done how many are done, the first ones; at least 1
     * @param of into how many the value is cut; more than {@code done}
     */
    public record Slices(int done, int of) {
        public Slices {
            if (done < 1 || done >= of) {
                throw new IllegalArgumentException("slices done must be 1 to " + (of - 1) + ", but are " + done);
            }
        }

        /** Whether these are more than those, cut alike or finer. */
        boolean goesBeyond(Slices those) {
            return of % those.of == 0 && (long) done * those.of > (long) those.done * of;
        }

        @Override
        public String toString() {
            return done + " of " + of + " slices";
        }
    }

    /** The position that ends with every row of {@code value}. */
    public static Watermark of(String type, String value) {
        return new Watermark(type, value, null);
    }

    /** The position within {@code value} after {@code done} of {@code of} slices; the whole value when that is all of them. */
    public static Watermark of(String type, String value, int done, int of) {
        return done == of && of >= 1 ? of(type, value) : new Watermark(type, value, new Slices(done, of));
    }

    /** Whether every row of {@code value} is done. */
    public boolean isWhole() {
        return slices == null;
    }

    /**
     * Whether {@code to} can lie after this position, as far as that is known without the order of the values: it has
     * the same type, and when it has the same value it completes that value or does more of its slices.
     */
    public boolean mayAdvanceTo(Watermark to) {
        if (!type.equals(to.type)) {
            return false;
        }
        if (!value.equals(to.value)) {
            return true;
        }
        if (slices == null) {
            return false;
        }
        return to.slices == null || to.slices.goesBeyond(slices);
    }

    /** For people: the value, and how far within it. */
    @Override
    public String toString() {
        return type + " " + value + (slices == null ? "" : " (" + slices + ")");
    }
}
