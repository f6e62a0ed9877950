package io.factstream.validation;

import io.factstream.stream.Examination;
import io.factstream.stream.StreamDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a person should know of the rows that a stream's query gives. */
public final class StreamFindings {

    private StreamFindings() {}

    /**
     * What is worth a line.
     *
     * @param maxBytes what one event may take of a batch
     */
    public static List<Finding> of(StreamDefinition stream, Examination seen, int maxBytes) {
        List<Finding> findings = new ArrayList<>();
        String file = stream.queryFile().toString();
        if (seen.withoutWatermark() > 0) {
            findings.add(new Finding(
                    Severity.WARNING,
                    file,
                    count(seen.withoutWatermark()) + " of " + count(seen.rows()) + " rows have no " + seen.watermark()
                            + " and can never be read",
                    "Give them one, or exclude them in the query"));
        }
        if (seen.waiting() != null) {
            findings.add(new Finding(
                    Severity.WARNING,
                    file,
                    seen.waiting(),
                    "Rows are sent when their time has come; let " + seen.watermark() + " be a time in UTC"));
        }
        if (seen.largestTie() > seen.pageRows()) {
            findings.add(new Finding(
                    Severity.WARNING,
                    file,
                    count(seen.largestTie()) + " rows share one " + seen.watermark() + ", and a page has "
                            + count(seen.pageRows())
                            + ": they are read in parts, and each part costs a scan of the table",
                    "Use a finer watermark, or raise factstream.page.max-rows and factstream.page.max-bytes"));
        }
        Examination.Sample sample = seen.sample();
        if (sample.notJson() > 0) {
            findings.add(new Finding(
                    Severity.ERROR,
                    file,
                    of(sample.notJson(), sample) + " no JSON",
                    "CAST what is JSON to VARCHAR, or mend it in the query"));
        }
        if (sample.repeatingNames() > 0) {
            findings.add(
                    new Finding(
                            Severity.WARNING,
                            file,
                            of(sample.repeatingNames(), sample)
                                    + " JSON in which one object has a name more than once; it is sent as it stands, and"
                                    + " consumers take different ones of the values",
                            "Have the loader write each name once, or CAST the column to VARCHAR, so that it is sent as a text"));
        }
        if (sample.tooLarge() > 0) {
            findings.add(new Finding(
                    Severity.WARNING,
                    file,
                    of(sample.tooLarge(), sample) + " larger than " + count(maxBytes)
                            + " bytes, which is what a hub takes, and would become dead letters; the largest has "
                            + count(sample.largest()),
                    "Select fewer or shorter columns, or set factstream.batch.max-bytes to the hub's limit"));
        }
        Examination.Differences differences = seen.differences();
        if (differences.rows() > 0 || !differences.columns().isEmpty()) {
            String where = differences.columns().isEmpty()
                    ? file
                    : stream.place(differences.columns().get(0));
            findings.add(new Finding(
                    Severity.WARNING,
                    where,
                    "the first events were others when they were read again: "
                            + (differences.columns().isEmpty()
                                    ? count(differences.rows()) + " of them came in one of the two readings only"
                                    : "the column "
                                            + String.join(", the column ", differences.columns())
                                            + " had other values"),
                    "Make the query give the same each time, such as by ORDER BY within list() and string_agg(); rows"
                            + " that are sent again have other ids, and verify finds them missing"));
        }
        if (sample.unsendable() > 0) {
            findings.add(new Finding(
                    Severity.WARNING,
                    file,
                    of(sample.unsendable(), sample) + " dead letters, since they hold NaN or an infinity",
                    "Set factstream.event.non-finite to string or null, or leave such values out"));
        }
        return findings;
    }

    private static String of(int some, Examination.Sample sample) {
        return "of the first " + count(sample.events()) + " events " + count(some) + (some == 1 ? " is" : " are");
    }

    private static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
