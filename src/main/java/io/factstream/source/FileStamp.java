package io.factstream.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * What the file system says of a database file and of its write-ahead log. While the stamp stays the same, no writer
 * has committed anything, so an idle stream need not open the file to know that there is nothing new.
 *
 * @param size bytes of the database file; -1 when it is missing
 * @param modifiedNanos its last modification, nanoseconds since the epoch
 * @param logSize bytes of the write-ahead log; -1 when there is none
 * @param logModifiedNanos the log's last modification, nanoseconds since the epoch
 */
public record FileStamp(long size, long modifiedNanos, long logSize, long logModifiedNanos) {

    static FileStamp of(Path file) throws IOException {
        long[] database = sizeAndTime(file);
        long[] log = sizeAndTime(file.resolveSibling(file.getFileName() + ".wal"));
        return new FileStamp(database[0], database[1], log[0], log[1]);
    }

    /**
     * Whether the last modification lies before a time. One after it may be hidden where a file system's times are coarse:
     * two within one tick leave the same stamp.
     */
    public boolean isFromBefore(Instant time) {
        long nanos = TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
        return modifiedNanos < nanos && logModifiedNanos < nanos;
    }

    private static long[] sizeAndTime(Path file) throws IOException {
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new long[] {attributes.size(), attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS)};
        } catch (NoSuchFileException missing) {
            return new long[] {-1, -1};
        }
    }
}
