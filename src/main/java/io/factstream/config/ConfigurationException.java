package io.factstream.config;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Something that a person configured cannot work: a setting, a route file, a query.
 *
 * <p>Its message is written for that person: where it stands, what was wrong, how to mend it. It never holds the
 * value of a secret. Where several things are wrong at once, one exception names them all, so that they can be mended
 * in one go.
 */
public final class ConfigurationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * One thing that is wrong.
     *
     * @param where the file (with its line where known) or the setting's key
     * @param what what is wrong there, with the value unless that is a secret
     * @param mend what to do about it, as an instruction without a full stop
     */
    public record Problem(String where, String what, String mend) implements Serializable {
        @Override
        public String toString() {
            return where + ": " + what + ". " + mend;
        }
    }

    private final List<Problem> problems;

    /**
     * @param where the file (with its line where known) or the setting's key
     * @param what what is wrong there, with the value unless that is a secret
     * @param mend what to do about it, as an instruction
     */
    public ConfigurationException(String where, String what, String mend) {
        this(where, what, mend, null);
    }

    /** As above, keeping the failure behind it. */
    public ConfigurationException(String where, String what, String mend, @Nullable Throwable cause) {
        this(List.of(new Problem(where, what, mend)), cause);
    }

    /**
     * Several problems found in one go.
     *
     * @throws IllegalArgumentException if there is none
     */
    public ConfigurationException(List<Problem> problems) {
        this(problems, null);
    }

    private ConfigurationException(List<Problem> problems, @Nullable Throwable cause) {
        super(message(problems), cause);
        this.problems = List.copyOf(problems);
    }

    private static String message(List<Problem> problems) {
        return switch (problems.size()) {
            case 0 -> throw new IllegalArgumentException("a refusal needs a problem");
            case 1 -> problems.get(0).toString();
            default ->
                problems.stream()
                        .map(problem -> "\n  - " + problem)
                        .collect(Collectors.joining("", problems.size() + " things are configured wrongly:", ""));
        };
    }

    /** All that is wrong, in the order in which it was found; at least one. */
    public List<Problem> problems() {
        return problems;
    }

    /** Where the first problem stands: the file (with its line where known) or the setting's key. */
    public String where() {
        return problems.get(0).where();
    }

    /** What is wrong there. */
    public String what() {
        return problems.get(0).what();
    }

    /** What to do about it. */
    public String mend() {
        return problems.get(0).mend();
    }
}
