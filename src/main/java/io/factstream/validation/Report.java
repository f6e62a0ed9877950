package io.factstream.validation;

import io.factstream.stream.Examination;
import java.util.List;

/**
 * All that a check found.
 *
 * @param findings in the order of the places where they stand
 * @param streams what was seen of each stream whose query works
 */
public record Report(List<Finding> findings, List<Examination> streams) {

    public Report {
        findings = List.copyOf(findings);
        streams = List.copyOf(streams);
    }

    /** How many findings there are of a kind. */
    public long count(Severity severity) {
        return findings.stream()
                .filter(finding -> finding.severity() == severity)
                .count();
    }
}
