package io.factstream.localhub;

import java.util.Arrays;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Receiver;
import org.jspecify.annotations.Nullable;

/** A link on which a client publishes to a hub, or to one of its partitions. */
final class PublishLink implements ServedLink {

    private static final int CREDIT = 300;
    private static final int LONGEST_PARTITION_KEY = 128;

    private final ClientConnection connection;
    private final Namespace namespace;
    private final Receiver receiver;
    private final LinkAttach attach;
    private final Hub hub;
    private final int ownPartition;
    private final Transfer transfer;
    private @Nullable ArmedFault<LinkAttach> withheld;

    /** @param ownPartition the partition that the link is for, or -1 when it is for the whole hub */
    PublishLink(
            ClientConnection connection,
            Namespace namespace,
            Receiver receiver,
            LinkAttach attach,
            Hub hub,
            int ownPartition) {
        this.connection = connection;
        this.namespace = namespace;
        this.receiver = receiver;
        this.attach = attach;
        this.hub = hub;
        this.ownPartition = ownPartition;
        this.transfer = new Transfer(receiver, namespace.limits().maxMessageSize());
        grantCredit();
    }

    @Override
    public void faultsChanged() {
        grantCredit();
    }

    private void grantCredit() {
        if (withheld == null || withheld.isCleared()) {
            withheld = namespace.faults().strike(Fault.WithholdCredit.class, attach);
        }
        int credit = receiver.getRemoteCredit();
        if (withheld != null && credit > 0) {
            receiver.flow(-credit);
        } else if (withheld == null && credit < CREDIT / 2) {
            receiver.flow(CREDIT - credit);
        }
    }

    @Override
    public void received(Delivery delivery) {
        if (receiver.getLocalState() == EndpointState.CLOSED || !transfer.isComplete(delivery)) {
            return;
        }
        grantCredit();
        if (!connection.authorizations().allows(hub.name(), namespace.clock().instant())) {
            ServedLink.close(receiver, Conditions.UNAUTHORIZED_ACCESS, "The token of this link has expired");
            return;
        }
        if (transfer.isTooLong()) {
            settle(
                    delivery,
                    rejected(
                            Conditions.MESSAGE_SIZE_EXCEEDED,
                            "A batch may have " + namespace.limits().maxMessageSize() + " bytes; this one has more"));
            return;
        }
        try {
            accept(delivery, batch(delivery));
        } catch (MalformedMessageException notAMessage) {
            settle(delivery, rejected(Conditions.DECODE_ERROR, String.valueOf(notAMessage.getMessage())));
        }
    }

    private EventBatch batch(Delivery delivery) throws MalformedMessageException {
        byte[] bytes = namespace.retention() == Retention.ALL
                ? Arrays.copyOf(transfer.bytes(), transfer.length())
                : transfer.bytes();
        return EventBatch.of(bytes, transfer.length(), delivery.getMessageFormat());
    }

    private void accept(Delivery delivery, EventBatch batch) throws MalformedMessageException {
        String key = batch.partitionKey();
        if (batch.count() == 0) {
            settle(delivery, rejected(Conditions.ARGUMENT_ERROR, "The batch has no events"));
            return;
        }
        if (key != null && key.length() > LONGEST_PARTITION_KEY) {
            settle(
                    delivery,
                    rejected(
                            Conditions.ARGUMENT_ERROR,
                            "A partition key has at most " + LONGEST_PARTITION_KEY + " characters"));
            return;
        }
        int partition = ownPartition >= 0 ? ownPartition : hub.partitionFor(batch);
        SentBatch sent = new SentBatch(hub.name(), partition, transfer.length(), batch);
        ArmedFault<SentBatch> armed = namespace.faults().strike(Fault.OfSend.class, sent);
        if (armed == null) {
            if (store(delivery, batch, partition)) {
                settle(delivery, Accepted.getInstance());
            }
        } else if (armed.fault() instanceof Fault.OfSend fault) {
            fail(fault, delivery, batch, partition);
        }
    }

    private void fail(Fault.OfSend fault, Delivery delivery, EventBatch batch, int partition)
            throws MalformedMessageException {
        if (fault instanceof Fault.Reject reject) {
            settle(delivery, rejected(reject.condition(), reject.description()));
        } else if (fault instanceof Fault.Release) {
            settle(delivery, Released.getInstance());
        } else if (fault instanceof Fault.Modify) {
            Modified modified = new Modified();
            modified.setDeliveryFailed(true);
            settle(delivery, modified);
        } else if (fault instanceof Fault.DetachLink detach) {
            ServedLink.close(receiver, detach.condition(), detach.description());
        } else if (fault instanceof Fault.CloseConnection close) {
            connection.closeWith(close.condition(), close.description());
        } else if (fault instanceof Fault.DropConnection drop) {
            if (drop.storage() == Fault.Storage.MISSED || store(delivery, batch, partition)) {
                connection.drop();
            }
        } else if (fault instanceof Fault.LoseAcknowledgement) {
            store(delivery, batch, partition);
        } else if (fault instanceof Fault.DelayAcknowledgement delay) {
            if (store(delivery, batch, partition)) {
                connection.later(delay.delay(), () -> settle(delivery, Accepted.getInstance()));
            }
        }
    }

    /** Stores the batch; false when there is no room, and the delivery was rejected for that. */
    private boolean store(Delivery delivery, EventBatch batch, int partition) throws MalformedMessageException {
        Capacity capacity = namespace.capacity();
        if (!capacity.take(batch.count(), transfer.length())) {
            settle(delivery, rejected(capacity.refusal(), "The local hub is full"));
            return false;
        }
        hub.partition(partition).append(batch);
        return true;
    }

    private void settle(Delivery delivery, DeliveryState outcome) {
        if (receiver.getLocalState() != EndpointState.CLOSED) {
            delivery.disposition(outcome);
            delivery.settle();
        }
    }

    private static Rejected rejected(String condition, String description) {
        Rejected rejected = new Rejected();
        rejected.setError(new ErrorCondition(Symbol.valueOf(condition), description));
        return rejected;
    }
}
