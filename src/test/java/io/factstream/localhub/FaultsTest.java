package io.factstream.localhub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.azure.core.amqp.exception.AmqpErrorCondition;
import com.azure.core.amqp.exception.AmqpException;
import com.azure.core.amqp.exception.OperationCancelledException;
import com.azure.messaging.eventhubs.EventData;
import com.azure.messaging.eventhubs.EventHubProducerClient;
import com.azure.messaging.eventhubs.models.SendOptions;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/** What the Java SDK sees of each fault, with try timeouts of 2 s. */
@Timeout(30)
class FaultsTest {

    private final LocalEventHubs hubs =
            LocalEventHubs.builder().hub("retail", 2).start();
    private final Faults faults = hubs.faults();
    private final SdkClients sdk = new SdkClients();

    @AfterEach
    void close() {
        faults.clear();
        sdk.close();
        hubs.close();
    }

    private EventHubProducerClient producer() {
        return sdk.producer(hubs.connectionString("retail"));
    }

    private EventHubProducerClient retryingProducer() {
        return sdk.producer(hubs.connectionString("retail"), SdkClients.retrying(3));
    }

    private static void send(EventHubProducerClient producer, String... texts) {
        producer.send(List.of(texts).stream().map(EventData::new).toList());
    }

    /** What a send fails with, without reactor's "retries exhausted" around it. */
    private static Throwable failureOf(EventHubProducerClient producer) {
        Throwable failure = catchThrowable(() -> send(producer, "a", "b"));
        assertThat(failure).isNotNull();
        Throwable cause = failure.getCause();
        return failure instanceof IllegalStateException && cause != null ? cause : failure;
    }

    private static @Nullable AmqpErrorCondition conditionOf(Throwable failure) {
        assertThat(failure).isInstanceOf(AmqpException.class);
        return ((AmqpException) failure).getErrorCondition();
    }

    private static boolean isTransient(Throwable failure) {
        return failure instanceof AmqpException amqp && amqp.isTransient();
    }

    private static boolean isSessionClosing(Throwable failure) {
        return String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT).contains("session");
    }

    private static void isTimeout(Throwable failure) {
        assertThat(failure)
                .satisfiesAnyOf(f -> assertThat(f).isInstanceOf(TimeoutException.class), f -> assertThat(conditionOf(f))
                        .isEqualTo(AmqpErrorCondition.TIMEOUT_ERROR));
    }

    @Nested
    @Execution(ExecutionMode.CONCURRENT)
    class OfBatches {

        @ParameterizedTest
        @CsvSource({
            "com.microsoft:server-busy, true",
            "com.microsoft:timeout, true",
            "amqp:internal-error, true",
            "amqp:not-found, false",
            "amqp:unauthorized-access, false",
            "com.microsoft:argument-error, false",
            "com.microsoft:entity-disabled, false",
            "amqp:link:message-size-exceeded, false",
            "amqp:resource-limit-exceeded, false",
        })
        void a_rejection_reaches_the_sender_with_its_condition(String condition, boolean isTransient) {
            faults.always(Fault.reject(condition));

            Throwable failure = failureOf(producer());

            assertThat(conditionOf(failure)).isEqualTo(AmqpErrorCondition.fromString(condition));
            assertThat(isTransient(failure)).isEqualTo(isTransient);
            assertThat(hubs.count("retail")).isZero();
        }

        @Test
        void a_rejection_as_not_allowed_is_an_unsupported_operation() {
            faults.always(Fault.reject(Conditions.NOT_ALLOWED));

            assertThat(failureOf(producer())).isInstanceOf(UnsupportedOperationException.class);
        }

        @Test
        void a_rejection_with_an_unknown_condition_has_no_condition() {
            faults.always(Fault.reject("com.example:whatever"));

            Throwable failure = failureOf(producer());

            assertThat(conditionOf(failure)).isNull();
            assertThat(isTransient(failure)).isFalse();
        }

        @Test
        void a_transient_rejection_is_retried_by_the_client() {
            ArmedFault<SentBatch> fault = faults.next(1, Fault.reject(Conditions.INTERNAL_ERROR));

            send(retryingProducer(), "a", "b");

            assertThat(fault.hits()).isEqualTo(1);
            assertThat(hubs.count("retail")).isEqualTo(2);
        }

        @Test
        void only_the_batch_that_a_predicate_accepts_is_struck() {
            EventHubProducerClient producer = producer();
            faults.always(
                    Fault.reject(Conditions.ARGUMENT_ERROR),
                    batch -> batch.hub().equals("retail")
                            && batch.events().stream()
                                    .anyMatch(event -> event.text().equals("poison")));

            send(producer, "a", "b");
            assertThatThrownBy(() -> send(producer, "c", "poison", "d")).isInstanceOf(AmqpException.class);
            send(producer, "e");

            assertThat(SdkClients.texts(hubs.events("retail"))).containsExactlyInAnyOrder("a", "b", "e");
        }

        @Test
        void a_fault_for_the_next_sends_ends_by_itself() {
            EventHubProducerClient producer = producer();
            ArmedFault<SentBatch> fault = faults.next(2, Fault.release());

            failureOf(producer);
            failureOf(producer);
            send(producer, "a");

            assertThat(fault.hits()).isEqualTo(2);
            assertThat(hubs.count("retail")).isEqualTo(1);
        }

        @Test
        void faults_strike_in_the_order_in_which_they_were_switched_on() {
            EventHubProducerClient producer = producer();
            faults.next(1, Fault.reject(Conditions.ARGUMENT_ERROR));
            faults.next(1, Fault.reject(Conditions.ENTITY_DISABLED));

            assertThat(conditionOf(failureOf(producer))).isEqualTo(AmqpErrorCondition.ARGUMENT_ERROR);
            assertThat(conditionOf(failureOf(producer))).isEqualTo(AmqpErrorCondition.ENTITY_DISABLED_ERROR);
        }

        @Test
        void a_released_batch_is_a_cancelled_operation() {
            faults.always(Fault.release());

            assertThat(failureOf(producer())).isInstanceOf(OperationCancelledException.class);
            assertThat(hubs.count("retail")).isZero();
        }

        @Test
        void a_modified_batch_fails_without_condition() {
            faults.always(Fault.modify());

            assertThat(conditionOf(failureOf(producer()))).isNull();
            assertThat(hubs.count("retail")).isZero();
        }

        @Test
        void a_link_detached_for_good_fails_the_send_with_its_condition() {
            faults.always(Fault.detachLink(Conditions.UNAUTHORIZED_ACCESS));

            Throwable failure = failureOf(producer());

            assertThat(conditionOf(failure)).isEqualTo(AmqpErrorCondition.UNAUTHORIZED_ACCESS);
            assertThat(isTransient(failure)).isFalse();
            assertThat(hubs.count("retail")).isZero();
        }

        @Test
        void a_link_detached_for_a_moment_is_opened_again_by_the_client() {
            ArmedFault<SentBatch> fault = faults.next(1, Fault.detachLink(Conditions.DETACH_FORCED));

            send(retryingProducer(), "a", "b");

            assertThat(fault.hits()).isEqualTo(1);
            assertThat(hubs.count("retail")).isEqualTo(2);
        }

        @Test
        void a_connection_forced_closed_is_opened_again_by_the_client() {
            ArmedFault<SentBatch> fault = faults.next(1, Fault.forceConnectionClosed());

            send(retryingProducer(), "a", "b");

            assertThat(fault.hits()).isEqualTo(1);
            assertThat(hubs.count("retail")).isEqualTo(2);
        }

        @Test
        void a_connection_dropped_before_storing_loses_and_doubles_nothing() {
            ArmedFault<SentBatch> fault = faults.next(1, Fault.dropConnectionBeforeStoring());

            send(retryingProducer(), "a", "b");

            assertThat(fault.hits()).isEqualTo(1);
            assertThat(SdkClients.texts(hubs.events("retail"))).containsExactly("a", "b");
        }

        @Test
        void a_connection_dropped_after_storing_stores_the_batch_twice() {
            faults.next(1, Fault.dropConnectionAfterStoring());

            send(retryingProducer(), "a", "b");

            assertThat(SdkClients.texts(hubs.events("retail"))).containsExactly("a", "b", "a", "b");
        }

        @Test
        void a_lost_acknowledgement_stores_the_batch_twice() {
            faults.next(1, Fault.loseAcknowledgement());

            send(retryingProducer(), "a", "b");

            assertThat(SdkClients.texts(hubs.events("retail"))).containsExactly("a", "b", "a", "b");
        }

        @Test
        void a_lost_acknowledgement_without_retries_is_a_timeout_of_a_stored_batch() {
            faults.always(Fault.loseAcknowledgement());

            assertThat(failureOf(producer())).satisfies(FaultsTest::isTimeout);
            assertThat(hubs.count("retail")).isEqualTo(2);
        }

        @Test
        void a_delayed_acknowledgement_delays_the_send() {
            EventHubProducerClient producer = producer();
            send(producer, "first");
            faults.next(1, Fault.delayAcknowledgement(Duration.ofMillis(700)));

            long start = System.nanoTime();
            send(producer, "late");

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(700));
            assertThat(hubs.count("retail")).isEqualTo(2);
        }

        @Test
        void a_partition_can_fail_alone() {
            EventHubProducerClient producer = producer();
            faults.always(Fault.reject(Conditions.ARGUMENT_ERROR), batch -> batch.partition() == 1);

            producer.send(SdkClients.numbered(1), new SendOptions().setPartitionId("0"));

            assertThatThrownBy(() -> producer.send(SdkClients.numbered(1), new SendOptions().setPartitionId("1")))
                    .isInstanceOf(AmqpException.class);
        }
    }

    @Nested
    @Execution(ExecutionMode.CONCURRENT)
    class OfLinksAndTokens {

        @Test
        void without_credit_a_send_waits_and_goes_on_when_credit_comes() {
            // Before the link is opened: credit that a link has already might be used before it is taken away.
            EventHubProducerClient producer = retryingProducer();
            ArmedFault<LinkAttach> fault = faults.always(Fault.withholdCredit());

            Disposable clearing = Mono.delay(Duration.ofSeconds(1)).subscribe(unused -> fault.clear());
            send(producer, "a");

            assertThat(clearing.isDisposed()).isTrue();
            assertThat(fault.hits()).isEqualTo(1);
            assertThat(SdkClients.texts(hubs.events("retail"))).containsExactly("a");
        }

        @Test
        void without_credit_for_good_a_send_times_out() {
            faults.always(Fault.withholdCredit());

            assertThat(failureOf(producer())).satisfies(FaultsTest::isTimeout);
            assertThat(hubs.count("retail")).isZero();
        }

        @ParameterizedTest
        @CsvSource({"401, UNAUTHORIZED_ACCESS", "404, NOT_FOUND", "500,"})
        void a_refused_token_fails_the_send(int status, @Nullable AmqpErrorCondition condition) {
            faults.always(Fault.answerToken(status));

            assertThat(conditionOf(failureOf(producer()))).isEqualTo(condition);
        }

        @Test
        void a_token_that_is_never_answered_leaves_the_send_without_an_answer() {
            ArmedFault<TokenRequest> fault = faults.always(Fault.ignoreToken());
            Throwable[] failure = new Throwable[1];
            Disposable sending = sdk.asyncProducer(hubs.connectionString("retail"))
                    .send(SdkClients.numbered(1))
                    .subscribe(unused -> {}, error -> failure[0] = error);

            await().until(() -> fault.hits() == 1);
            await().during(Duration.ofSeconds(3)).until(() -> failure[0] == null && !sending.isDisposed());

            sending.dispose();
            assertThat(hubs.count("retail")).isZero();
        }

        @ParameterizedTest
        @ValueSource(strings = {Conditions.UNAUTHORIZED_ACCESS, Conditions.NOT_FOUND, Conditions.SERVER_BUSY})
        void a_refused_link_fails_the_send_with_its_condition(String condition) {
            faults.always(Fault.refuseAttach(condition), attach -> attach.publishing());

            assertThat(conditionOf(failureOf(producer()))).isEqualTo(AmqpErrorCondition.fromString(condition));
        }

        @Test
        void a_link_refused_once_fails_one_send_and_the_next_opens_another() {
            EventHubProducerClient producer = producer();
            ArmedFault<LinkAttach> fault = faults.next(1, Fault.refuseAttach(Conditions.SERVER_BUSY));

            assertThat(conditionOf(failureOf(producer))).isEqualTo(AmqpErrorCondition.SERVER_BUSY_ERROR);
            send(producer, "a");

            assertThat(fault.hits()).isEqualTo(1);
            assertThat(hubs.count("retail")).isEqualTo(1);
        }
    }

    @Nested
    @Execution(ExecutionMode.CONCURRENT)
    class OfConnections {

        @Test
        void a_silent_peer_is_a_timeout_and_speaks_again_when_cleared() {
            EventHubProducerClient producer = producer();
            send(producer, "first");
            ArmedFault<Peer> fault = faults.always(Fault.fallSilent());

            assertThat(failureOf(producer)).satisfies(FaultsTest::isTimeout);
            assertThat(hubs.count("retail")).isEqualTo(1);

            fault.clear();
            // What was sent into the silence is still in the socket.
            await().untilAsserted(() -> assertThat(hubs.count("retail")).isEqualTo(3));
            assertThatCode(() -> send(producer, "last")).doesNotThrowAnyException();
        }

        @Test
        void connections_that_are_hung_up_on_are_tried_again_until_one_holds() {
            ArmedFault<Peer> fault = faults.next(1, Fault.hangUp());

            send(retryingProducer(), "a");

            assertThat(fault.hits()).isEqualTo(1);
            assertThat(hubs.count("retail")).isEqualTo(1);
        }

        @Test
        void connections_dropped_closed_or_detached_while_idle_are_made_anew() {
            EventHubProducerClient producer = retryingProducer();
            send(producer, "a");

            hubs.detachLinks(Conditions.DETACH_FORCED);
            sendOnceConnected(producer, "b");
            hubs.closeConnections(Conditions.CONNECTION_FORCED);
            await().until(() -> hubs.connections() == 0);
            sendOnceConnected(producer, "c");
            hubs.dropConnections();
            sendOnceConnected(producer, "d");

            assertThat(SdkClients.texts(hubs.events("retail"))).contains("a", "b", "c", "d");
        }

        /** The SDK refuses a send that meets a session it is just closing, whatever tries it is allowed. */
        private static void sendOnceConnected(EventHubProducerClient producer, String text) {
            await().ignoreExceptionsMatching(FaultsTest::isSessionClosing).untilAsserted(() -> send(producer, text));
        }
    }
}
