package io.factstream.verify;

/** The file in which ids are compared could not be written or read: the disk is full, or memory too small. */
public final class ScratchException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ScratchException(String message, Throwable cause) {
        super(message, cause);
    }
}
