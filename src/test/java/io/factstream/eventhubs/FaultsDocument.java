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
                - **poison**: an event in the batch will never be taken. Smaller batches find it, side by side where they
                  share no key; it becomes a dead letter alone, and the others are delivered, those of a key in order.

                After an outage, unless a quota is used up, the next send has a new client of the SDK, with a connection and links of
                its own: some clients stay as they are when a fault is over. Sends that are under way by the old one come to
                their own end.

                A *critical* fault needs a person: health goes down until it is mended. It goes down as well while an outage
                lasts.

                An outage shows in the log, in JMX and in `factstream health` when its first send has failed: after
                `factstream.send.deadline` at the latest, as nothing below the stream repeats a send, with
                one exception: what the hub answers with `amqp:internal-error` the Azure SDK sends again until
                `eventhubs.try-timeout` is over, whatever its retries are set to, and only then it is seen. (`factstream health`
                hears of it within 5 s more.)

                A send or question without a prompt answer says little: the SDK tells a name that nobody knows, a port where nobody
                listens and a certificate that is not trusted from each other late or never. So after 1 s without an answer, and
                whenever one fails without a clear cause, FactStream looks by itself, beside what waits: it resolves the host's name,
                connects to its port (or to the proxy), shakes hands for TLS as the SDK does, and says hello in AMQP, all within 2 s.
                What it finds stands in the log, in status and page, and in `factstream validate --online`, 3 s after the
                send at the latest. Where all of that works, it is the hub itself that gives no answer.

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
                    .append(fault.looksLike().isEmpty() ? "seen by a look at the address alone" : "")
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
