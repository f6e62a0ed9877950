package io.factstream.localhub;

/** What a {@link Tally} adds up of each event. Called by several threads. */
@FunctionalInterface
public interface BodyChecksum {

    /** The checksum of the body that lies in {@code bytes} from {@code start} on; the bytes are not to be changed. */
    long of(byte[] bytes, int start, int length);
}
