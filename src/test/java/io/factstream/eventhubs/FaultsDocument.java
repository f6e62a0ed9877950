package io.factstream.eventhubs;

import java.util.Locale;
import java.util.stream.Collectors;

/** docs/faults.md: the table of {@link KnownFault} for people. */
final class FaultsDocument {

    static final String REGENERATE = "mvn test -Dtest=FaultsDocumentTest -Dupdate.docs=true";

    private FaultsDocument() {}

    static String text() {
        StringBuilder text = new StringBuilder("""
                # Faults of a send

                <!-- Generated from KnownFault.java. Do not edit; regenerate it with:
                     %s -->

                What FactStream makes of each way in which a send can fail. The first row that fits holds: by the condition
                that the hub named or, where it named none, by an exception among the causes.

                - **outage**: nobody can send. The stream holds its page, its watermark stays, and what is missing of the page
                  is sent again, first after `factstream.hold.initial-delay`, then at growing intervals up to
                  `factstream.hold.max-delay`. After `factstream.breaker.threshold` failures in a row the circuit breaker
                  of the hub opens.
                - **throttling**: as an outage, but the stream waits as long as the service advises, and nothing counts as a
                  failure.
                - **poison**: an event in the batch will never be taken. Halves of the batch find it; it becomes a dead letter
                  alone, and the others are delivered in order.

                A *critical* fault needs a person: health goes down until it is mended. It goes down as well while an outage
                lasts.

                An outage shows in the log, in JMX and in `factstream health` when its first send has failed: after
                `factstream.send.deadline` at the latest, as nothing below the stream repeats a send. (`factstream health`
                hears of it within 5 s more.)

                | fault | what it looks like | consequence | category | severity | what to do |
                | --- | --- | --- | --- | --- | --- |
                """.formatted(REGENERATE));
        for (KnownFault fault : KnownFault.values()) {
            text.append("| ")
                    .append(word(fault))
                    .append(" | ")
                    .append(fault.looksLike().stream()
                            .map(look -> "`" + look + "`")
                            .collect(Collectors.joining(", ")))
                    .append(fault == KnownFault.TRANSIENT_FAILURE ? " without a condition, transient" : "")
                    .append(fault == KnownFault.ANYTHING_ELSE ? ": whatever no other row takes" : "")
                    .append(" | ")
                    .append(word(fault.consequence()))
                    .append(" | ")
                    .append(word(fault.category()))
                    .append(" | ")
                    .append(word(fault.severity()))
                    .append(" | ")
                    .append(fault.mend())
                    .append(" |\n");
        }
        return text.toString();
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
