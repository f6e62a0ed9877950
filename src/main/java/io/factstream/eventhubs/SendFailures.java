package io.factstream.eventhubs;

import com.azure.core.amqp.exception.AmqpErrorCondition;
import com.azure.core.amqp.exception.AmqpException;
import io.factstream.deadletter.DeliveryFailure;
import io.factstream.deadletter.ErrorCategory;
import io.factstream.deadletter.Severity;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a failed send means: the one place where exceptions of the SDK become a category, a severity and an action.
 *
 * <p>Only what the hub says about the content of a batch counts against its events. Everything else, and everything
 * unknown, is an outage: events wait, none is given up.
 */
public final class SendFailures {

    /** Keys and signatures, should an error text ever repeat a connection string, a request or a token. */
    private static final Pattern SECRET = Pattern.compile(
            "(?i)(SharedAccessKey|SharedAccessSignature|AccountKey|sig|password"
                    + "|client_secret|client_assertion|access_token|refresh_token)[\"']?\\s*[=:]\\s*[\"']?[^;&\\s\"',]+");

    /** A header or scheme and the credentials after it; and what looks like a token wherever it stands. */
    private static final Pattern TOKEN = Pattern.compile("(?i)(Authorization)\\s*[=:][^;\\r\\n]+"
            + "|(Bearer|SharedAccessSignature)\\s+\\S+"
            + "|()eyJ[\\w-]+\\.[\\w.-]+");

    private SendFailures() {}

    /** The typed failure for whatever a send ended with; one that is typed already is returned as it is. */
    public static DeliveryException of(Throwable thrown) {
        if (thrown instanceof DeliveryException typed) {
            return typed;
        }
        Optional<AmqpException> amqp = causes(thrown)
                .filter(AmqpException.class::isInstance)
                .map(AmqpException.class::cast)
                .findFirst();
        AmqpErrorCondition condition =
                amqp.map(AmqpException::getErrorCondition).orElse(null);
        if (condition == null) {
            return withoutCondition(thrown, amqp.orElse(null));
        }
        return switch (condition) {
            case LINK_PAYLOAD_SIZE_EXCEEDED, ARGUMENT_ERROR, ARGUMENT_OUT_OF_RANGE_ERROR ->
                rejected(failure(ErrorCategory.VALIDATION, Severity.PERMANENT, thrown), thrown);
            case UNAUTHORIZED_ACCESS, PUBLISHER_REVOKED_ERROR ->
                outage(ErrorCategory.AUTHENTICATION, Severity.CRITICAL, thrown);
            case NOT_FOUND, ENTITY_DISABLED_ERROR, NOT_ALLOWED, NOT_IMPLEMENTED ->
                outage(ErrorCategory.VALIDATION, Severity.CRITICAL, thrown);
            case SERVER_BUSY_ERROR, RESOURCE_LIMIT_EXCEEDED ->
                outage(ErrorCategory.THROTTLING, Severity.TRANSIENT, thrown);
            case TIMEOUT_ERROR,
                    INTERNAL_ERROR,
                    LINK_DETACH_FORCED,
                    LINK_STOLEN,
                    LINK_REDIRECT,
                    CONNECTION_FORCED,
                    CONNECTION_REDIRECT,
                    CONNECTION_FRAMING_ERROR,
                    PROTON_IO,
                    OPERATION_CANCELLED -> outage(ErrorCategory.NETWORK, Severity.TRANSIENT, thrown);
            default -> outage(ErrorCategory.UNKNOWN, Severity.TRANSIENT, thrown);
        };
    }

    /** The failure of a single event, as the hub rejected it. */
    public static UndeliverableEventException undeliverable(RejectedBatchException rejected) {
        return new UndeliverableEventException(rejected.failure(), rejected);
    }

    private static DeliveryException withoutCondition(Throwable thrown, @Nullable AmqpException amqp) {
        if (causes(thrown).anyMatch(UnsupportedOperationException.class::isInstance)) {
            // How the SDK reports the condition amqp:not-allowed.
            return outage(ErrorCategory.VALIDATION, Severity.CRITICAL, thrown);
        }
        if (causes(thrown).anyMatch(cause -> cause instanceof IOException || cause instanceof TimeoutException)
                || (amqp != null && amqp.isTransient())) {
            return outage(ErrorCategory.NETWORK, Severity.TRANSIENT, thrown);
        }
        return outage(ErrorCategory.UNKNOWN, Severity.TRANSIENT, thrown);
    }

    private static OutageException outage(ErrorCategory category, Severity severity, Throwable thrown) {
        return new OutageException(failure(category, severity, thrown), thrown);
    }

    private static RejectedBatchException rejected(DeliveryFailure failure, Throwable thrown) {
        return new RejectedBatchException(failure, thrown);
    }

    private static DeliveryFailure failure(ErrorCategory category, Severity severity, Throwable thrown) {
        return new DeliveryFailure(category, severity, text(thrown));
    }

    /** The texts of an exception and its causes, each once, without secrets. */
    private static String text(Throwable thrown) {
        String text = causes(thrown)
                .map(cause -> cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage())
                .distinct()
                .limit(3)
                .reduce((a, b) -> a.contains(b) ? a : a + "; " + b)
                .orElse(thrown.getClass().getName());
        return TOKEN.matcher(SECRET.matcher(text).replaceAll("$1=***")).replaceAll("$1$2***");
    }

    private static Stream<Throwable> causes(Throwable thrown) {
        return Stream.iterate(thrown, java.util.Objects::nonNull, Throwable::getCause)
                .limit(10);
    }
}
