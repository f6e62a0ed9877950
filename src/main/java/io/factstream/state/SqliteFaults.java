package io.factstream.state;

import io.factstream.state.StateException.Fault;
import java.nio.file.Path;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;

/** Says what SQLite's result codes mean for a state file, and what a person does about each. */
final class SqliteFaults {

    private SqliteFaults() {}

    /** The failure of {@code doing} something, such as {@code "saving"}. */
    static StateException describe(Path file, String doing, SQLException cause) {
        String where = file.toString();
        // The low byte is the primary code; the rest tells its variants apart.
        SQLiteErrorCode code = SQLiteErrorCode.getErrorCode(cause.getErrorCode() & 0xff);
        return switch (code) {
            case SQLITE_FULL ->
                new StateException(
                        where,
                        Fault.FULL,
                        "the disk is full, " + doing + " failed and nothing was changed",
                        "Free space on its file system; what is saved stays, and saving works again by itself",
                        cause);
            case SQLITE_BUSY, SQLITE_LOCKED ->
                new StateException(
                        where,
                        Fault.BUSY,
                        "another process holds it, " + doing + " failed and nothing was changed",
                        "Try again; if it lasts, find the process that holds " + where + " open and end what it does",
                        cause);
            case SQLITE_READONLY, SQLITE_PERM ->
                new StateException(
                        where,
                        Fault.READ_ONLY,
                        "it may not be written, " + doing + " failed",
                        "Give the user of this process the right to write the file and its folder, on a file system that"
                                + " is not mounted read-only: even to read, SQLite keeps a -wal and a -shm file beside it",
                        cause);
            case SQLITE_CANTOPEN ->
                new StateException(
                        where,
                        Fault.IO,
                        "it cannot be opened, " + doing + " failed",
                        "Give the user of this process the right to read and write the file and its folder: SQLite keeps"
                                + " a -wal and a -shm file beside it",
                        cause);
            case SQLITE_NOTADB ->
                new StateException(
                        where,
                        Fault.NOT_A_STATE,
                        "it is not an SQLite database",
                        "Name another file, or move this one away",
                        cause);
            case SQLITE_CORRUPT -> damaged(file, "its content is malformed", cause);
            case SQLITE_IOERR ->
                new StateException(
                        where,
                        Fault.IO,
                        "the file system failed, " + doing + " failed",
                        "Look at the disk, its free space and quota, and the system's log; the file must be on a local"
                                + " file system, not on a network share",
                        cause);
            default ->
                new StateException(
                        where,
                        Fault.UNKNOWN,
                        doing + " failed: " + cause.getMessage(),
                        "Look at the cause; if it lasts, report it with the whole message",
                        cause);
        };
    }

    /** The file is broken: {@code what} is how that shows. */
    static StateException damaged(Path file, String what, @Nullable Throwable cause) {
        return new StateException(
                file.toString(),
                Fault.DAMAGED,
                what,
                "It was left as it is. Move it away, with its -wal and -shm files if there are any, and put back a"
                        + " backup; without one, start with a new state and set each stream's watermark to where it"
                        + " was last known to be, as it begins at its first row otherwise",
                cause);
    }
}
