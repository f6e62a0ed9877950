package io.factstream.eventhubs;

import static com.azure.core.amqp.exception.AmqpErrorCondition.*;
import static io.factstream.deadletter.ErrorCategory.AUTHENTICATION;
import static io.factstream.deadletter.ErrorCategory.NETWORK;
import static io.factstream.deadletter.ErrorCategory.THROTTLING;
import static io.factstream.deadletter.ErrorCategory.UNKNOWN;
import static io.factstream.deadletter.ErrorCategory.VALIDATION;
import static io.factstream.deadletter.Severity.CRITICAL;
import static io.factstream.deadletter.Severity.PERMANENT;
import static io.factstream.deadletter.Severity.TRANSIENT;

import com.azure.core.amqp.exception.AmqpErrorCondition;
import com.azure.core.amqp.exception.AmqpException;
import com.azure.core.amqp.exception.LinkErrorContext;
import com.azure.core.amqp.exception.OperationCancelledException;
import com.azure.core.exception.ClientAuthenticationException;
import io.factstream.deadletter.ErrorCategory;
import io.factstream.deadletter.Severity;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/**
 * The table of faults: every way in which a send is known to fail, what it looks like through the Azure SDK, and what
 * follows from it. docs/faults.md shows the same table to people.
 *
 * <p>The order matters: the first row that fits holds. A row fits when the hub named one of its conditions or, where the
 * hub named none, when one of its exceptions stands among the causes. Only what the hub says of the content of a batch
 * is {@link Consequence#POISON}; the last row takes whatever no other does, and it is an outage, so that nothing is given
 * up for a reason that nobody knows.
 */
public enum KnownFault {
    /** A link to a partition that the hub has not (any more), or that it refuses for another reason of the address. */
    LINK_REFUSED(
            Consequence.OUTAGE,
            VALIDATION,
            TRANSIENT,
            "the hub refuses the link to a partition; its partitions are asked for again",
            "nothing after the hub was recreated or changed; if it lasts, read the text",
            ARGUMENT_ERROR,
            ARGUMENT_OUT_OF_RANGE_ERROR) {
        /** A link that was refused never got credit; a batch is only rejected on a link that had some, and has more left. */
        @Override
        boolean isNamedBy(AmqpException named) {
            return super.isNamedBy(named)
                    && named.getContext() instanceof LinkErrorContext link
                    && (link.getLinkCredit() == null || link.getLinkCredit() <= 0);
        }
    },
    EVENT_TOO_LARGE(
            Consequence.POISON,
            VALIDATION,
            PERMANENT,
            "the hub rejects the event",
            "look at the dead letter: select fewer or shorter columns, or set factstream.batch.max-bytes to the hub's limit",
            LINK_PAYLOAD_SIZE_EXCEEDED),
    EVENT_REFUSED(
            Consequence.POISON,
            VALIDATION,
            PERMANENT,
            "the hub rejects the event",
            "look at the dead letter: it holds the event and the hub's words",
            ARGUMENT_ERROR,
            ARGUMENT_OUT_OF_RANGE_ERROR),
    BUSY(
            Consequence.THROTTLING,
            THROTTLING,
            TRANSIENT,
            "the hub asks to slow down",
            "nothing; if it lasts, buy throughput units or turn on auto-inflate",
            SERVER_BUSY_ERROR),
    QUOTA_REACHED(
            Consequence.OUTAGE,
            THROTTLING,
            TRANSIENT,
            "a quota of the hub is used up",
            "look at the namespace's quotas: connections, links, size",
            RESOURCE_LIMIT_EXCEEDED,
            TRANSFER_LIMIT_EXCEEDED),
    LOGIN_REFUSED(
            Consequence.OUTAGE,
            AUTHENTICATION,
            CRITICAL,
            "the hub refuses the login; check the key or the identity, and its right to send",
            "check the key or the identity, and its right to send; after a change of the connection string start anew",
            List.of(ClientAuthenticationException.class),
            UNAUTHORIZED_ACCESS,
            PUBLISHER_REVOKED_ERROR),
    HUB_MISSING(
            Consequence.OUTAGE,
            VALIDATION,
            CRITICAL,
            "the hub is missing, disabled or does not allow sending; check its name and state",
            "check eventhubs.name and the parameter hub, or create the hub",
            NOT_FOUND),
    HUB_DISABLED(
            Consequence.OUTAGE,
            VALIDATION,
            CRITICAL,
            "the hub is missing, disabled or does not allow sending; check its name and state",
            "enable the hub",
            ENTITY_DISABLED_ERROR),
    SENDING_NOT_ALLOWED(
            Consequence.OUTAGE,
            VALIDATION,
            CRITICAL,
            "the hub is missing, disabled or does not allow sending; check its name and state",
            "check that the hub is an event hub, and its state",
            List.of(UnsupportedOperationException.class),
            NOT_ALLOWED,
            NOT_IMPLEMENTED),
    NO_ANSWER(
            Consequence.OUTAGE,
            NETWORK,
            TRANSIENT,
            "the hub cannot be reached or broke off; sending goes on when it is back",
            "nothing; if it lasts, check the network and the service's health",
            List.of(DeadlineMissedException.class, TimeoutException.class),
            TIMEOUT_ERROR),
    SERVICE_FAILED(
            Consequence.OUTAGE,
            NETWORK,
            TRANSIENT,
            "the hub cannot be reached or broke off; sending goes on when it is back",
            "nothing; if it lasts, check the service's health",
            INTERNAL_ERROR,
            OPERATION_CANCELLED),
    LINK_LOST(
            Consequence.OUTAGE,
            NETWORK,
            TRANSIENT,
            "the hub cannot be reached or broke off; sending goes on when it is back",
            "nothing",
            LINK_DETACH_FORCED,
            LINK_STOLEN,
            LINK_REDIRECT),
    NAME_UNKNOWN(
            Consequence.OUTAGE,
            NETWORK,
            TRANSIENT,
            "the hub's host is unknown; check the namespace's name and the name service",
            "check the namespace in the connection string, or eventhubs.namespace, and the name service",
            List.of(UnknownHostException.class, java.nio.channels.UnresolvedAddressException.class)),
    PORT_REFUSED(
            Consequence.OUTAGE,
            NETWORK,
            TRANSIENT,
            "nobody listens where the hub should be; check the namespace, its port and the way to it",
            "check the namespace in the connection string, its port, firewalls and proxies",
            List.of(ConnectException.class)),
    PORT_SILENT(
            Consequence.OUTAGE,
            NETWORK,
            TRANSIENT,
            "no connection comes about with the hub's host; check the network, firewalls and proxies",
            "check the network and firewalls: port 5671 must be open, or 443 with eventhubs.transport=AMQP_WEB_SOCKETS",
            List.of(NoRouteToHostException.class, SocketTimeoutException.class)),
    CERTIFICATE_REFUSED(
            Consequence.OUTAGE,
            NETWORK,
            TRANSIENT,
            "the certificate at the hub's address is refused; check for a proxy that has put its own in place",
            "check for a proxy that puts its own certificate in place, the namespace's name, and what this Java trusts",
            List.of(CertificateException.class)),
    TLS_REFUSED(
            Consequence.OUTAGE,
            NETWORK,
            TRANSIENT,
            "what listens where the hub should be speaks no TLS; check the namespace, its port and proxies",
            "check the namespace in the connection string, its port and proxies",
            List.of(SSLException.class)),
    /** Seen by a look of its own alone. */
    NOT_A_HUB(
            Consequence.OUTAGE,
            NETWORK,
            TRANSIENT,
            "what listens where the hub should be does not answer as a hub; check the namespace, its port and proxies",
            "check the namespace in the connection string, its port, proxies, and the service's health"),
    CONNECTION_LOST(
            Consequence.OUTAGE,
            NETWORK,
            TRANSIENT,
            "the hub cannot be reached or broke off; sending goes on when it is back",
            "nothing; if it lasts, check the network, proxies and firewalls (ports 5671 or 443)",
            List.of(IOException.class),
            CONNECTION_FORCED,
            CONNECTION_REDIRECT,
            CONNECTION_FRAMING_ERROR,
            PROTON_IO),
    BREAKER_OPEN(
            Consequence.OUTAGE,
            NETWORK,
            TRANSIENT,
            "the circuit breaker of the hub is open",
            "nothing: it closes when the hub takes events again; look at the failure that opened it",
            List.of(CallNotPermittedException.class)),
    BATCH_RELEASED(
            Consequence.OUTAGE,
            UNKNOWN,
            TRANSIENT,
            "the send failed",
            "nothing; the hub gave the batch back without a reason",
            List.of(OperationCancelledException.class)),
    /** Any AMQP failure without a condition that calls itself transient. */
    TRANSIENT_FAILURE(
            Consequence.OUTAGE,
            NETWORK,
            TRANSIENT,
            "the hub cannot be reached or broke off; sending goes on when it is back",
            "nothing; if it lasts, read the text",
            List.of(AmqpException.class)) {
        @Override
        boolean isShownBy(Throwable cause) {
            return cause instanceof AmqpException amqp && amqp.isTransient();
        }
    },
    ANYTHING_ELSE(
            Consequence.OUTAGE,
            UNKNOWN,
            TRANSIENT,
            "the send failed",
            "read the text; if it lasts, report it with the whole message",
            List.of(Throwable.class));

    private final Consequence consequence;
    private final ErrorCategory category;
    private final Severity severity;
    private final String summary;
    private final String mend;

    @SuppressWarnings("ImmutableEnumChecker") // An unmodifiable list.
    private final List<Class<? extends Throwable>> exceptions;

    @SuppressWarnings("ImmutableEnumChecker") // An unmodifiable set.
    private final Set<AmqpErrorCondition> conditions;

    KnownFault(
            Consequence consequence,
            ErrorCategory category,
            Severity severity,
            String summary,
            String mend,
            AmqpErrorCondition... conditions) {
        this(consequence, category, severity, summary, mend, List.of(), conditions);
    }

    KnownFault(
            Consequence consequence,
            ErrorCategory category,
            Severity severity,
            String summary,
            String mend,
            List<Class<? extends Throwable>> exceptions,
            AmqpErrorCondition... conditions) {
        this.consequence = consequence;
        this.category = category;
        this.severity = severity;
        this.summary = summary;
        this.mend = mend;
        this.exceptions = exceptions;
        this.conditions = Set.of(conditions);
    }

    /** The row for whatever a send ended with. */
    static KnownFault of(Throwable thrown) {
        List<Throwable> causes = causes(thrown).toList();
        AmqpException named = causes.stream()
                .filter(AmqpException.class::isInstance)
                .map(AmqpException.class::cast)
                .filter(cause -> cause.getErrorCondition() != null)
                .findFirst()
                .orElse(null);
        return Arrays.stream(values())
                .filter(fault ->
                        named != null ? fault.isNamedBy(named) : causes.stream().anyMatch(fault::isShownBy))
                .findFirst()
                .orElse(ANYTHING_ELSE);
    }

    /** The exception and its causes; the SDK wraps what happened, reactor wraps it again. */
    static Stream<Throwable> causes(Throwable thrown) {
        return Stream.iterate(thrown, java.util.Objects::nonNull, Throwable::getCause)
                .limit(10);
    }

    /** Whether it is this one, by the condition that the hub named. */
    boolean isNamedBy(AmqpException named) {
        return conditions.contains(named.getErrorCondition());
    }

    boolean isShownBy(Throwable cause) {
        return exceptions.stream().anyMatch(exception -> exception.isInstance(cause));
    }

    /** Whether it may lie in the client, its connection or its links, so that the next send is to have new ones. */
    boolean isOfClient() {
        return consequence == Consequence.OUTAGE && category != THROTTLING;
    }

    /** Whether many faults look like this one, so that it is worth looking which of them it is. */
    boolean isUnclear() {
        return this == NO_ANSWER || this == CONNECTION_LOST || this == TRANSIENT_FAILURE;
    }

    /** What becomes of the events. */
    public Consequence consequence() {
        return consequence;
    }

    public ErrorCategory category() {
        return category;
    }

    public Severity severity() {
        return severity;
    }

    /** What happened, in front of the words of the SDK. */
    public String summary() {
        return summary;
    }

    /** What an operator does about it. */
    public String mend() {
        return mend;
    }

    /** What it looks like: AMQP conditions as on the wire, then exceptions by their simple name. */
    public List<String> looksLike() {
        return Stream.concat(
                        conditions.stream()
                                .map(AmqpErrorCondition::getErrorCondition)
                                .sorted(),
                        exceptions.stream().map(Class::getSimpleName))
                .collect(Collectors.toList());
    }
}
