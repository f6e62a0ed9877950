package io.factstream.validation;

import io.factstream.config.ConfigurationException.Problem;
import io.factstream.source.QueryFailedException;
import io.factstream.source.SourceBusyException;
import io.factstream.source.SourceException;
import io.factstream.stream.StreamDefinition;
import java.nio.file.Path;

/**
 * One thing that a check found.
 *
 * @param where the file (with its line where known), the setting, or the hub
 * @param what what is wrong there; holds no secret and no value of a row
 * @param mend what to do about it, as an instruction; empty when {@code what} says it
 */
public record Finding(Severity severity, String where, String what, String mend) {

    /** What a configuration cannot work with, or should not be. */
    public static Finding of(Severity severity, Problem problem) {
        return new Finding(severity, problem.where(), problem.what(), problem.mend());
    }

    /** What the source said to a stream's query. */
    public static Finding of(StreamDefinition stream, Path source, SourceException failure) {
        if (failure instanceof QueryFailedException query) {
            return new Finding(Severity.ERROR, stream.place(query.line()), query.what(), query.mend());
        }
        Severity severity = failure instanceof SourceBusyException ? Severity.UNCHECKED : Severity.ERROR;
        return new Finding(severity, source.toString(), String.valueOf(failure.getMessage()), "");
    }

    /** One line: place, severity, what, and how to mend it. */
    @Override
    public String toString() {
        return (where + ": " + severity + ": " + what + (mend.isEmpty() ? "" : "; " + mend))
                .replaceAll("\\s*\\R\\s*", " ");
    }
}
