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
        if (seen.largestTie() > seen.pageRows()) {
            findings.add(new Finding(
                    Severity.WARNING,
                    file,
                    count(seen.largestTie()) + " rows share one " + seen.watermark() + ", and a page has "
                            + count(seen.pageRows())
                            + ": they are read in slices, and each slice costs a scan of the table",
                    "Use a finer watermark, or raise factstream.page.max-rows and factstream.page.max-bytes"));
        }
        Examination.Sample sample = seen.sample();
        if (sample.notJson() > 0) {
            findings.add(new Finding(
                    Severity.ERROR,
                    file,
                    of(sample.notJson(), sample) + " no JSON, or have a name twice",
                    "CAST what is JSON to VARCHAR, or mend it in the query"));
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
