package io.factstream.control;

import java.util.Collection;

/** Somebody named a stream that the runtime does not have. */
public final class UnknownStreamException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnknownStreamException(String stream, Collection<String> streams) {
        super("there is no stream '" + stream + "'; "
                + (streams.isEmpty() ? "this runtime has none" : "name one of " + String.join(", ", streams)));
    }
}
