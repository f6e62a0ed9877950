package io.factstream.eventhubs;

import io.factstream.config.Masked;
import io.factstream.deadletter.DeliveryFailure;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import reactor.core.Exceptions;

/** Turns whatever a send ended with into a typed failure, by the table of {@link KnownFault}, without secrets. */
public final class SendFailures {

    /** What the SDK adds for its own makers: the path of a link, its credit, its number. */
    private static final Pattern CONTEXT = Pattern.compile(",?\\s*errorContext\\[[^\\]]*]");

    /** An outcome of AMQP, as the SDK's library writes it. */
    private static final Pattern OUTCOME = Pattern.compile("\\b(Released|Modified)\\{[^}]*}");

    private SendFailures() {}

    /** How the service says how long to wait: "... Please wait 4 seconds and try again". */
    private static final Pattern ADVICE = Pattern.compile("(?i)wait (?:for )?(\\d{1,4}) second");

    /** The typed failure for whatever a send ended with; one that is typed already is returned as it is. */
    public static DeliveryException of(Throwable thrown) {
        Optional<DeliveryException> typed = KnownFault.causes(thrown)
                .filter(DeliveryException.class::isInstance)
                .map(DeliveryException.class::cast)
                .findFirst();
        if (typed.isPresent()) {
            return typed.get();
        }
        KnownFault fault = KnownFault.of(thrown);
        String text = text(thrown);
        DeliveryFailure failure =
                new DeliveryFailure(fault.category(), fault.severity(), fault.summary() + ": " + text);
        return switch (fault.consequence()) {
            case OUTAGE -> new OutageException(failure, thrown);
            case THROTTLING -> new ThrottledException(failure, advice(text), thrown);
            case POISON -> new RejectedBatchException(failure, thrown);
        };
    }

    /** The failure of a single event, as the hub rejected it. */
    public static UndeliverableEventException undeliverable(RejectedBatchException rejected) {
        return new UndeliverableEventException(rejected.failure(), rejected);
    }

    /** Whether a send was not tried because the circuit breaker of its hub is open, or lets another one through. */
    public static boolean isTurnedAway(Throwable thrown) {
        return KnownFault.causes(thrown).anyMatch(CallNotPermittedException.class::isInstance);
    }

    /** The outage that an exception is, whatever else it might be taken for: nothing here is the fault of an event. */
    public static OutageException outage(Throwable thrown) {
        DeliveryException typed = of(thrown);
        return typed instanceof OutageException outage ? outage : new OutageException(typed.failure(), thrown);
    }

    private static @Nullable Duration advice(String text) {
        Matcher advice = ADVICE.matcher(text);
        return advice.find() ? Duration.ofSeconds(Long.parseLong(advice.group(1))) : null;
    }

    /** The texts of an exception and its causes, each once, without secrets. */
    private static String text(Throwable thrown) {
        String text = KnownFault.causes(thrown)
                .filter(cause -> !Exceptions.isRetryExhausted(cause))
                .map(SendFailures::message)
                .distinct()
                .limit(2)
                .reduce((a, b) -> a.contains(b) ? a : a + "; " + b)
                .orElse(thrown.getClass().getName());
        return Masked.text(OUTCOME.matcher(CONTEXT.matcher(text).replaceAll(""))
                .replaceAll("the hub gave the batch back untaken"));
    }

    private static String message(Throwable thrown) {
        if (thrown instanceof TimeoutException) {
            return "no answer in time";
        }
        if (thrown instanceof CallNotPermittedException) {
            return "another send is tried first";
        }
        if (thrown instanceof RejectedExecutionException) {
            return "the route to the hub is being started anew, or the runtime stops";
        }
        return thrown.getMessage() == null ? thrown.getClass().getSimpleName() : thrown.getMessage();
    }
}
