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
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.azure.core.amqp.exception.AmqpErrorCondition;
import com.azure.core.amqp.exception.AmqpErrorContext;
import com.azure.core.amqp.exception.AmqpException;
import com.azure.core.amqp.exception.OperationCancelledException;
import io.factstream.deadletter.DeliveryFailure;
import io.factstream.deadletter.ErrorCategory;
import io.factstream.deadletter.Severity;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Exceptions;

class SendFailuresTest {

    private static final Class<OutageException> OUTAGE = OutageException.class;
    private static final Class<RejectedBatchException> REJECTED = RejectedBatchException.class;

    static Stream<Arguments> conditions() {
        return Stream.of(
                arguments(LINK_PAYLOAD_SIZE_EXCEEDED, REJECTED, VALIDATION, PERMANENT),
                arguments(ARGUMENT_ERROR, REJECTED, VALIDATION, PERMANENT),
                arguments(ARGUMENT_OUT_OF_RANGE_ERROR, REJECTED, VALIDATION, PERMANENT),
                arguments(UNAUTHORIZED_ACCESS, OUTAGE, AUTHENTICATION, CRITICAL),
                arguments(PUBLISHER_REVOKED_ERROR, OUTAGE, AUTHENTICATION, CRITICAL),
                arguments(NOT_FOUND, OUTAGE, VALIDATION, CRITICAL),
                arguments(ENTITY_DISABLED_ERROR, OUTAGE, VALIDATION, CRITICAL),
                arguments(NOT_ALLOWED, OUTAGE, VALIDATION, CRITICAL),
                arguments(NOT_IMPLEMENTED, OUTAGE, VALIDATION, CRITICAL),
                arguments(SERVER_BUSY_ERROR, ThrottledException.class, THROTTLING, TRANSIENT),
                arguments(RESOURCE_LIMIT_EXCEEDED, OUTAGE, THROTTLING, TRANSIENT),
                arguments(TIMEOUT_ERROR, OUTAGE, NETWORK, TRANSIENT),
                arguments(INTERNAL_ERROR, OUTAGE, NETWORK, TRANSIENT),
                arguments(LINK_DETACH_FORCED, OUTAGE, NETWORK, TRANSIENT),
                arguments(LINK_STOLEN, OUTAGE, NETWORK, TRANSIENT),
                arguments(LINK_REDIRECT, OUTAGE, NETWORK, TRANSIENT),
                arguments(CONNECTION_FORCED, OUTAGE, NETWORK, TRANSIENT),
                arguments(CONNECTION_REDIRECT, OUTAGE, NETWORK, TRANSIENT),
                arguments(CONNECTION_FRAMING_ERROR, OUTAGE, NETWORK, TRANSIENT),
                arguments(PROTON_IO, OUTAGE, NETWORK, TRANSIENT),
                arguments(OPERATION_CANCELLED, OUTAGE, NETWORK, TRANSIENT),
                arguments(ILLEGAL_STATE, OUTAGE, UNKNOWN, TRANSIENT),
                arguments(PARTITION_NOT_OWNED_ERROR, OUTAGE, UNKNOWN, TRANSIENT),
                arguments(STORE_LOCK_LOST_ERROR, OUTAGE, UNKNOWN, TRANSIENT),
                arguments(TRACKING_ID_PROPERTY, OUTAGE, UNKNOWN, TRANSIENT),
                arguments(MESSAGE_LOCK_LOST, OUTAGE, UNKNOWN, TRANSIENT),
                arguments(SESSION_LOCK_LOST, OUTAGE, UNKNOWN, TRANSIENT),
                arguments(SESSION_CANNOT_BE_LOCKED, OUTAGE, UNKNOWN, TRANSIENT),
                arguments(MESSAGE_NOT_FOUND, OUTAGE, UNKNOWN, TRANSIENT),
                arguments(SESSION_NOT_FOUND, OUTAGE, UNKNOWN, TRANSIENT),
                arguments(ENTITY_ALREADY_EXISTS, OUTAGE, UNKNOWN, TRANSIENT),
                arguments(TRANSFER_LIMIT_EXCEEDED, OUTAGE, THROTTLING, TRANSIENT));
    }

    @ParameterizedTest
    @MethodSource("conditions")
    void a_condition_of_the_hub_means_the_same_bare_retried_or_wrapped(
            AmqpErrorCondition condition,
            Class<? extends DeliveryException> type,
            ErrorCategory category,
            Severity severity) {
        AmqpException bare = amqp(false, condition);
        Throwable retried = Exceptions.retryExhausted("Retries exhausted: 3/3", bare);
        for (Throwable thrown : new Throwable[] {
            bare, amqp(true, condition), retried, new RuntimeException(retried), new ExecutionException(bare)
        }) {
            assertMeans(thrown, type, category, severity);
            assertThat(SendFailures.of(thrown)).hasMessageContaining("the hub said so");
        }
    }

    @Test
    void every_condition_that_the_sdk_knows_is_in_the_table() {
        Set<AmqpErrorCondition> known =
                conditions().map(row -> (AmqpErrorCondition) row.get()[0]).collect(Collectors.toSet());

        assertThat(known).containsExactlyInAnyOrder(AmqpErrorCondition.values());
    }

    static Stream<Arguments> oddShapes() {
        return Stream.of(
                arguments(new UnsupportedOperationException("amqp:not-allowed"), VALIDATION, CRITICAL),
                arguments(
                        Exceptions.retryExhausted("3/3", new UnsupportedOperationException("no")),
                        VALIDATION,
                        CRITICAL),
                arguments(amqp(false, null), UNKNOWN, TRANSIENT),
                arguments(amqp(true, null), NETWORK, TRANSIENT),
                arguments(new OperationCancelledException("released", context()), UNKNOWN, TRANSIENT),
                arguments(new TimeoutException("nothing for 60 s"), NETWORK, TRANSIENT),
                arguments(Exceptions.retryExhausted("3/3", new TimeoutException("t")), NETWORK, TRANSIENT),
                arguments(new IOException("connection refused"), NETWORK, TRANSIENT),
                arguments(new RuntimeException("x", new java.net.ConnectException("refused")), NETWORK, TRANSIENT),
                arguments(Exceptions.retryExhausted("3/3", null), UNKNOWN, TRANSIENT),
                arguments(new IllegalStateException("disposed"), UNKNOWN, TRANSIENT),
                arguments(new IllegalArgumentException("bound must be greater than origin"), UNKNOWN, TRANSIENT),
                arguments(new NullPointerException(), UNKNOWN, TRANSIENT),
                arguments(new StackOverflowError(), UNKNOWN, TRANSIENT));
    }

    @ParameterizedTest
    @MethodSource("oddShapes")
    void whatever_is_not_said_of_the_batch_is_an_outage(Throwable thrown, ErrorCategory category, Severity severity) {
        assertMeans(thrown, OUTAGE, category, severity);
        assertThat(SendFailures.of(thrown).getMessage()).isNotBlank();
    }

    @Test
    void words_of_the_libraries_are_told_as_what_they_mean() {
        assertThat(SendFailures.of(new OperationCancelledException("Released{}", context())))
                .hasMessageContaining("gave the batch back untaken")
                .hasMessageNotContaining("Released{");
        assertThat(SendFailures.of(new AmqpException(
                        true,
                        "Modified{deliveryFailed=true, undeliverableHere=false, messageAnnotations=null}",
                        context())))
                .hasMessageContaining("gave the batch back untaken")
                .hasMessageNotContaining("undeliverableHere");
        assertThat(SendFailures.of(
                        new RejectedExecutionException("SendProcessor has not been started: azure-event-hub")))
                .hasMessageContaining("started anew")
                .hasMessageNotContaining("SendProcessor");
    }

    @Test
    void the_advice_of_a_hub_that_asks_to_slow_down_is_kept() {
        AmqpException advising = new AmqpException(
                true,
                SERVER_BUSY_ERROR,
                "The request was terminated because the entity is being throttled. Please wait 7 seconds and try again.",
                context());

        assertThat(((ThrottledException) SendFailures.of(advising)).advice()).contains(Duration.ofSeconds(7));
        assertThat(((ThrottledException) SendFailures.of(amqp(true, SERVER_BUSY_ERROR))).advice())
                .isEmpty();
    }

    @Test
    void a_failure_that_is_typed_already_stays_what_it_is() {
        UndeliverableEventException typed = UndeliverableEventException.tooLarge(5, 4);

        assertThat(SendFailures.of(typed)).isSameAs(typed);
    }

    @Test
    void a_rejected_batch_of_one_becomes_an_undeliverable_event_with_the_same_failure() {
        RejectedBatchException rejected = (RejectedBatchException) SendFailures.of(amqp(false, ARGUMENT_ERROR));

        UndeliverableEventException undeliverable = SendFailures.undeliverable(rejected);

        assertThat(undeliverable.failure()).isEqualTo(rejected.failure());
        assertThat(undeliverable).hasCause(rejected);
    }

    @Test
    void the_text_names_each_cause_once() {
        Throwable thrown = new RuntimeException(
                "sending failed", new IllegalStateException("sending failed", new IOException("connection reset")));

        assertThat(SendFailures.of(thrown).failure().error())
                .endsWith("goes on when it is back: sending failed; connection reset");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=root;SharedAccessKey=S3CRET+/=;EntityPath=h",
                "sharedaccesskey = S3CRET",
                "SharedAccessSignature=S3CRET",
                "token 'SharedAccessSignature sr=sb%3A%2F%2Fx&sig=S3CRET%3D&se=17000&skn=root' refused",
                "https://x.blob.core.windows.net/c?sv=2020&sig=S3CRET&se=1",
                "Authorization: Bearer S3CRET",
                "Authorization=Basic S3CRET",
                "request failed with Bearer S3CRET in it",
                "{\"access_token\": \"S3CRET\", \"client_secret\":\"S3CRET\"}",
                "client_secret=S3CRET&grant_type=client_credentials",
                "AccountKey=S3CRET;x",
                "PASSWORD: S3CRET",
                "invalid token eyJhbGciOiJub25lS3CRET.eyJzdWIiS3CRET.S3CRET."
            })
    void a_secret_never_stands_in_the_text(String message) {
        DeliveryException failure = SendFailures.of(new RuntimeException("outer", new IOException(message)));

        assertThat(failure.failure().error()).contains("outer", "***").doesNotContainIgnoringCase("S3CRET");
        assertThat(failure).hasMessage(failure.failure().error());
    }

    @Test
    void what_is_no_secret_stays_readable() {
        String message = "hub 'retail' at sb://x/ with SharedAccessKeyName=root, status-code: 401; signature missing";

        assertThat(SendFailures.of(new RuntimeException(message)).failure().error())
                .endsWith(message);
    }

    private static void assertMeans(
            Throwable thrown, Class<? extends DeliveryException> type, ErrorCategory category, Severity severity) {
        DeliveryException typed = SendFailures.of(thrown);
        DeliveryFailure failure = typed.failure();

        assertThat(typed).isExactlyInstanceOf(type).hasCause(thrown);
        assertThat(failure.category()).isEqualTo(category);
        assertThat(failure.severity()).isEqualTo(severity);
    }

    private static AmqpException amqp(boolean isTransient, @Nullable AmqpErrorCondition condition) {
        return new AmqpException(isTransient, condition, "the hub said so", context());
    }

    private static AmqpErrorContext context() {
        return new AmqpErrorContext("localhost");
    }
}
