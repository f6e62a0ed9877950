package io.factstream.localhub;

import java.util.Arrays;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Receiver;

/**
 * Puts together the message of one delivery after another on a link; each may come in many frames. The buffer is used
 * again for the next message.
 */
final class Transfer {

    private final Receiver receiver;
    private final int limit;
    private byte[] bytes = new byte[16 * 1024];
    private int length;
    private boolean tooLong;
    private boolean complete;

    /** @param limit how many bytes a message may have; a longer one is read to its end, but not kept */
    Transfer(Receiver receiver, int limit) {
        this.receiver = receiver;
        this.limit = limit;
    }

    /**
     * Takes what came of a delivery. When this is true the message is whole, and the delivery is the caller's to settle.
     */
    boolean isComplete(Delivery delivery) {
        if (delivery != receiver.current()) {
            // The frames of one delivery are announced one by one but taken together.
            return false;
        }
        if (complete) {
            length = 0;
            tooLong = false;
            complete = false;
        }
        take(delivery.available());
        if (delivery.isAborted()) {
            complete = true;
            delivery.settle();
            return false;
        }
        if (delivery.isPartial()) {
            return false;
        }
        receiver.advance();
        complete = true;
        return true;
    }

    private void take(int available) {
        if (available == 0) {
            return;
        }
        tooLong |= length + available > limit;
        if (tooLong) {
            receiver.recv();
            return;
        }
        if (length + available > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + available, Math.min(limit, 4 * bytes.length)));
        }
        length += receiver.recv(bytes, length, available);
    }

    /** Whether the message was over the limit, and so was not kept. */
    boolean isTooLong() {
        return tooLong;
    }

    /** Starts with the message. */
    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }
}
