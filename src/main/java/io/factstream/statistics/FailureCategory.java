package io.factstream.statistics;

import io.factstream.config.ConfigurationException;
import io.factstream.deadletter.ErrorCategory;
import io.factstream.eventhubs.DeliveryException;
import io.factstream.source.QueryFailedException;
import io.factstream.source.SourceException;
import io.factstream.state.StateException;
import io.factstream.watermark.QueryChangedException;
import io.factstream.watermark.WatermarkConflictException;

/** What kind of failure held a page, or made an event a dead letter. */
public enum FailureCategory {
    /** A hub could not be reached, or the connection broke. */
    NETWORK,
    /** A hub refused who we are or what we may do. */
    AUTHENTICATION,
    /** A hub asked to slow down, and counts it as an error. */
    THROTTLING,
    /** A row could not be turned into an event. */
    SERIALIZATION,
    /** An event breaks a rule: of the hub, such as its size, or of the stream. */
    VALIDATION,
    /** The source is away or cannot be read. */
    SOURCE,
    /** The query is wrong, has changed, or a setting or route cannot work. */
    CONFIGURATION,
    /** The state cannot be read or written. */
    STATE,
    /** None of the others was recognised. */
    UNKNOWN;

    static FailureCategory of(ErrorCategory category) {
        return switch (category) {
            case NETWORK -> NETWORK;
            case AUTHENTICATION -> AUTHENTICATION;
            case THROTTLING -> THROTTLING;
            case SERIALIZATION -> SERIALIZATION;
            case VALIDATION -> VALIDATION;
            case UNKNOWN -> UNKNOWN;
        };
    }

    static FailureCategory of(RuntimeException failure) {
        if (failure instanceof DeliveryException delivery) {
            return of(delivery.failure().category());
        }
        if (failure instanceof StateException) {
            return STATE;
        }
        if (failure instanceof QueryFailedException
                || failure instanceof ConfigurationException
                || failure instanceof QueryChangedException
                || failure instanceof WatermarkConflictException) {
            return CONFIGURATION;
        }
        return failure instanceof SourceException ? SOURCE : UNKNOWN;
    }
}
