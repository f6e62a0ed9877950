package io.factstream.localhub;

import java.nio.BufferOverflowException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.codec.DecodeException;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Receiver;
import org.apache.qpid.proton.engine.Sender;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/** A link on which a client sends requests to a node; the responses go out on another link of its connection. */
final class RequestLink implements ServedLink {

    /** Finds the link for a response. */
    interface Replies {
        /**
         * The link that the client opened to receive them.
         *
         * @param replyTo what the request says: the link's target address, or its name; null when it says nothing
         */
        @Nullable
        Sender find(@Nullable String replyTo);
    }

    private static final int CREDIT = 100;

    private final Receiver receiver;
    private final RequestService service;
    private final Replies replies;
    private final Transfer transfer;
    private long responses;

    RequestLink(Receiver receiver, int maxMessageSize, RequestService service, Replies replies) {
        this.receiver = receiver;
        this.service = service;
        this.replies = replies;
        this.transfer = new Transfer(receiver, maxMessageSize);
        receiver.flow(CREDIT);
    }

    @Override
    public void received(Delivery delivery) {
        if (!transfer.isComplete(delivery)) {
            return;
        }
        receiver.flow(1);
        Message request = Message.Factory.create();
        try {
            request.decode(transfer.bytes(), 0, transfer.length());
        } catch (DecodeException | IllegalArgumentException notAMessage) {
            Rejected rejected = new Rejected();
            rejected.setError(new ErrorCondition(
                    Symbol.valueOf(Conditions.DECODE_ERROR), String.valueOf(notAMessage.getMessage())));
            delivery.disposition(rejected);
            delivery.settle();
            return;
        }
        delivery.disposition(Accepted.getInstance());
        delivery.settle();

        Message response = service.answer(request);
        Sender reply = replies.find(request.getReplyTo());
        if (response != null && reply != null) {
            response.setCorrelationId(request.getMessageId());
            send(reply, response);
        }
    }

    private void send(Sender reply, Message response) {
        byte[] bytes = new byte[1024];
        int length = 0;
        while (length == 0) {
            try {
                length = response.encode(bytes, 0, bytes.length);
            } catch (BufferOverflowException tooSmall) {
                bytes = Arrays.copyOf(bytes, bytes.length * 4);
            }
        }
        Delivery delivery = reply.delivery(Long.toString(responses++).getBytes(StandardCharsets.UTF_8));
        reply.send(bytes, 0, length);
        reply.advance();
        delivery.settle();
    }
}
