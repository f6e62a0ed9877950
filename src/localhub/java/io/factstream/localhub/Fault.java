package io.factstream.localhub;

import java.time.Duration;

/**
 * One thing that can be made to go wrong, to be switched on with {@link LocalEventHubs#faults()}.
 *
 * <p>Each tells what a client on the Java SDK sees: an {@code AmqpException} with a condition and a transient flag, which
 * the SDK's own retries (which obey the flag) and reactor may wrap into an {@code IllegalStateException} ("Retries
 * exhausted"). "Late" means after the SDK's retries, "at once" without any.
 *
 * @param <S> what it strikes, and what a predicate can look at: see {@link Faults#always(Fault, java.util.function.Predicate)}
 */
public sealed interface Fault<S> {

    /** Faults that strike a batch which arrived whole and would have been stored. */
    sealed interface OfSend extends Fault<SentBatch> {}

    /**
     * The batch is refused, not stored. Busy, timeout, internal error: retried, then the condition, transient. Not found:
     * at once when the description has the service's wording, else as transient. Not allowed: an {@code
     * UnsupportedOperationException}. Unauthorized, argument error, size exceeded, resource limit, entity disabled: the
     * condition at once, not transient. A condition that the SDK does not know: an exception with a null condition.
     */
    record Reject(String condition, String description) implements OfSend {}

    /** The batch is released, not stored: an {@code OperationCancelledException} with a null condition, at once. */
    record Release() implements OfSend {}

    /** The batch is "modified", not stored: an exception with a null condition, not transient, at once. */
    record Modify() implements OfSend {}

    /**
     * The link is closed with an error, the batch not stored and not answered. The SDK opens another link and sends
     * again when the condition is transient (detach-forced), else fails at once with it (unauthorized: what a token that
     * ran out looks like).
     */
    record DetachLink(String condition, String description) implements OfSend {}

    /** The connection is closed with an error, the batch not stored: the SDK connects again and sends again. */
    record CloseConnection(String condition, String description) implements OfSend {}

    /**
     * The TCP connection ends without a word. The SDK connects again, after about 5 s, and sends again: what was {@link
     * Storage#DONE stored} before is then stored twice.
     */
    record DropConnection(Storage storage) implements OfSend {}

    /** Whether the batch was stored when the fault strikes. */
    enum Storage {
        DONE,
        MISSED
    }

    /** The batch is stored and never acknowledged: after its try timeout the SDK sends again, so it is stored twice. */
    record LoseAcknowledgement() implements OfSend {}

    /**
     * The batch is stored and acknowledged later: success, but stored twice when the delay is longer than the SDK's try
     * timeout.
     */
    record DelayAcknowledgement(Duration delay) implements OfSend {}

    /**
     * A link to a hub, to publish or to consume, is not opened: unauthorized and not found fail at once, server-busy
     * late. The SDK does not ask for the link again within that send, so one refusal fails it; the next send asks anew.
     */
    record RefuseAttach(String condition, String description) implements Fault<LinkAttach> {}

    /**
     * A publishing link gets no credit, and loses what it has: nothing is sent, until the SDK's try timeout and then its
     * retries run out (condition timeout).
     */
    record WithholdCredit() implements Fault<LinkAttach> {}

    /**
     * A put-token request is answered with that status: 401 and 404 fail at once (unauthorized, not found), 500 is an
     * exception with a null condition that calls itself transient.
     */
    record AnswerToken(int status, String description) implements Fault<TokenRequest> {}

    /** A put-token request gets no answer. Sends of 5.21.2 then hang, even after this fault is cleared. */
    record IgnoreToken() implements Fault<TokenRequest> {}

    /**
     * A TCP connection is closed as soon as it is accepted: the SDK tries again for as long as that lasts, and sends do
     * not end, whatever its retry options.
     */
    record HangUp() implements Fault<Peer> {}

    /** A connection stays open, but nothing is read from it or written to it: the SDK's timeouts, late. */
    record FallSilent() implements Fault<Peer> {}

    /** See {@link Reject}; with {@code com.microsoft:server-busy}. */
    static Reject serverBusy() {
        return reject(Conditions.SERVER_BUSY);
    }

    /** See {@link Reject}; any condition, with a description that the SDKs take as they take the service's. */
    static Reject reject(String condition) {
        return new Reject(condition, Conditions.describe(condition));
    }

    /** See {@link Release}. */
    static Release release() {
        return new Release();
    }

    /** See {@link Modify}. */
    static Modify modify() {
        return new Modify();
    }

    /** See {@link DetachLink}. */
    static DetachLink detachLink(String condition) {
        return new DetachLink(condition, Conditions.describe(condition));
    }

    /** See {@link CloseConnection}; with {@code amqp:connection:forced}. */
    static CloseConnection forceConnectionClosed() {
        return new CloseConnection(Conditions.CONNECTION_FORCED, Conditions.describe(Conditions.CONNECTION_FORCED));
    }

    /** See {@link DropConnection}. */
    static DropConnection dropConnectionBeforeStoring() {
        return new DropConnection(Storage.MISSED);
    }

    /** See {@link DropConnection}. */
    static DropConnection dropConnectionAfterStoring() {
        return new DropConnection(Storage.DONE);
    }

    /** See {@link LoseAcknowledgement}. */
    static LoseAcknowledgement loseAcknowledgement() {
        return new LoseAcknowledgement();
    }

    /** See {@link DelayAcknowledgement}. */
    static DelayAcknowledgement delayAcknowledgement(Duration delay) {
        return new DelayAcknowledgement(delay);
    }

    /** See {@link RefuseAttach}. */
    static RefuseAttach refuseAttach(String condition) {
        return new RefuseAttach(condition, Conditions.describe(condition));
    }

    /** See {@link WithholdCredit}. */
    static WithholdCredit withholdCredit() {
        return new WithholdCredit();
    }

    /** See {@link AnswerToken}. */
    static AnswerToken answerToken(int status) {
        return new AnswerToken(
                status,
                status == 404
                        ? Conditions.describe(Conditions.NOT_FOUND)
                        : "The local hub was told to answer " + status);
    }

    /** See {@link IgnoreToken}. */
    static IgnoreToken ignoreToken() {
        return new IgnoreToken();
    }

    /** See {@link HangUp}. */
    static HangUp hangUp() {
        return new HangUp();
    }

    /** See {@link FallSilent}. */
    static FallSilent fallSilent() {
        return new FallSilent();
    }
}
