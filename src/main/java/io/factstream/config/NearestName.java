package io.factstream.config;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;

/** Finds the name that somebody probably meant. */
public final class NearestName {

    private static final Pattern NAMESPACE = Pattern.compile("^[A-Za-z]+[._]");

    private NearestName() {}

    /**
     * The candidate that ends with what was written, else the one that takes the fewest edits, unless these change more
     * than a third of it. The namespace, which all names have, does not count for that.
     */
    public static Optional<String> of(String written, Collection<String> candidates) {
        Optional<String> whole = candidates.stream()
                .filter(candidate -> candidate.endsWith("." + written) || candidate.endsWith("_" + written))
                .findFirst();
        int length = NAMESPACE.matcher(written).replaceFirst("").length();
        return whole.or(() -> candidates.stream()
                .min(Comparator.comparingInt(candidate -> distance(written, candidate)))
                .filter(nearest -> 3 * distance(written, nearest) <= length));
    }

    /** Levenshtein's distance: insertions, deletions and replacements of one character. */
    static int distance(String from, String to) {
        int[] previous = new int[to.length() + 1];
        Arrays.setAll(previous, column -> column);
        for (int row = 1; row <= from.length(); row++) {
            int[] current = new int[to.length() + 1];
            current[0] = row;
            for (int column = 1; column <= to.length(); column++) {
                int replaced = previous[column - 1] + (from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1);
                current[column] = Math.min(replaced, 1 + Math.min(previous[column], current[column - 1]));
            }
            previous = current;
        }
        return previous[to.length()];
    }
}
