package io.factstream.deadletter;

/** A hub is away, refuses everybody or asks to slow down: no letter is at fault, and trying on is of no use now. */
public final class HubUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient DeliveryFailure failure;

    /**
     * @param failure what is wrong with the hub, without secrets
     * @param cause the failed attempt
     */
    public HubUnavailableException(DeliveryFailure failure, Throwable cause) {
        super(failure.error(), cause);
        this.failure = failure;
    }

    /** What is wrong with the hub. */
    public DeliveryFailure failure() {
        return failure;
    }
}
