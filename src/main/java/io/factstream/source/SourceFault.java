package io.factstream.source;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tells an error of DuckDB that no query is to blame for by its cause: what is wrong with the source's file, with its
 * write-ahead log, or with the folder for what does not fit into memory. Only damage is told as damage.
 */
final class SourceFault {

    private static final Pattern KIND = Pattern.compile("(?s)([A-Za-z ]{1,40}) Error: (.*)");

    private static final String SET_THE_FILE = "set factstream.source.file to the loader's DuckDB file";
    private static final String ANEW = "Have the loader write it anew, or put back a backup; the watermark stays";

    /** How DuckDB words what it finds in blocks that are not what it wrote; these name no file. */
    private static final Pattern DAMAGED_BLOCK = Pattern.compile(
            "(?s).*(Corrupt|corrupt|Metadata block |MetadataReader"
                    + "|Failed to decode LEB128|in DeserializeDeletes|DeserializeDeletes, |Failed to scan DICT_FSST|segment: ).*");

    private static final Pattern REPLAY =
            Pattern.compile("(?s)Failure while replaying (?:checkpoint )?WAL file \"(?<log>.+?)\": (?<why>.*)");

    private final Path file;
    private final Path spillFolder;
    private final List<String> names;

    /**
     * @param file the source's file, in full
     * @param spillFolder where DuckDB puts what does not fit into memory
     */
    SourceFault(Path file, Path spillFolder) {
        this.file = file;
        this.spillFolder = spillFolder;
        names = Stream.of(file, followed(file))
                .map(path -> path.toAbsolutePath().normalize().toString())
                .distinct()
                .toList();
    }

    /** DuckDB follows links before it opens a file, and names what it opened. */
    private static Path followed(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException missing) {
            return file;
        }
    }

    /**
     * What is wrong and what to do about it.
     *
     * @param words DuckDB's own, which may repeat values of rows; what is returned does not
     * @return null when it is none of these faults, so that it must be the query's
     */
    @Nullable
    String of(String words) {
        Matcher matcher = KIND.matcher(words);
        if (!matcher.matches()) {
            return null;
        }
        String kind = matcher.group(1);
        String said = matcher.group(2).strip();
        Matcher replay = REPLAY.matcher(said);
        if (replay.matches()) {
            return source(ofTheLog(replay.group("log"), kind, replay.group("why")));
        }
        return switch (kind) {
            case "IO" -> ofInputOrOutput(said);
            case "Catalog", "Invalid Input", "Binder", "Resource In Use" -> ofOpening(said);
            case "Data Corruption", "Serialization" -> source(damaged(words));
            case "Out of Memory" ->
                said.startsWith("failed to offload data block") ? ofTheSpill("no room is left there") : null;
            default -> null;
        };
    }

    private String source(String fault) {
        return "source " + file + " " + fault;
    }

    private static String damaged(String words) {
        return "cannot be read, it may be corrupt or half copied: " + sentence(words) + ANEW;
    }

    private @Nullable String ofOpening(String said) {
        if (said.startsWith("Unique file handle conflict")) {
            return source("is already open in this process by other means; close that connection first");
        }
        if (said.startsWith("Cannot open encrypted database") && said.endsWith("without a key")) {
            return source(
                    "is encrypted; set factstream.source.key-file (FACTSTREAM_SOURCE_KEY_FILE) to a file that holds its key");
        }
        if (said.startsWith("Wrong encryption key used to open the database file")) {
            return source(
                    "is encrypted with another key than the one in the file that factstream.source.key-file names;"
                            + " put the loader's key there, and start FactStream again");
        }
        if (said.startsWith("A key is explicitly specified, but database")) {
            return source(
                    "is not encrypted, but factstream.source.key-file names a key for it; take that setting out, or name"
                            + " the encrypted file");
        }
        if (said.startsWith("Cannot open encrypted database") && said.contains(" cipher ")) {
            return source(
                    "is encrypted by the cipher CTR, by which nobody would see that it was tampered with; let the loader"
                            + " write it with GCM, which is DuckDB's own choice");
        }
        return null;
    }

    private @Nullable String ofInputOrOutput(String words) {
        String opening = ofOpening(words);
        if (opening != null) {
            return opening;
        }
        if (words.contains("Too many open files")) {
            return source(
                    "cannot be opened, since this process has as many files open as it may: raise its limit (ulimit"
                            + " -n, LimitNOFILE), or read by fewer streams at once (factstream.source.readers)");
        }
        if (words.contains('"' + spillFolder.toString())) {
            return ofTheSpill(reason(words));
        }
        for (String name : names) {
            if (words.contains('"' + name + '"')) {
                return source(ofTheFile(words));
            }
            if (words.contains('"' + name + ".wal")) {
                return source(ofTheLog(quoted(words), "IO", words));
            }
        }
        if (words.contains("created with a newer version") || words.contains("compiled vector size")) {
            return source(
                    "was made by a newer DuckDB, which this one cannot read; let the loader write the older storage version"
                            + " (ATTACH … (STORAGE_VERSION 'v1.0.0')), or use a FactStream with the newer DuckDB");
        }
        if (words.contains("Trying to read a database file with version number")) {
            return source(
                    "was made by a DuckDB so old that this one cannot read it; open it once with DuckDB 0.10 or later,"
                            + " export it, and load it anew");
        }
        if (words.contains("not a valid DuckDB database file")) {
            return source("is not a DuckDB database file; " + SET_THE_FILE);
        }
        return DAMAGED_BLOCK.matcher(words).matches() ? source(damaged(words)) : null;
    }

    private String ofTheFile(String words) {
        String away = away();
        if (away != null) {
            return away;
        }
        if (words.contains("Permission denied")) {
            return forbidden();
        }
        if (words.contains("database does not exist")) {
            return missing();
        }
        if (words.contains("not a valid DuckDB database file")) {
            return "is not a DuckDB database file; " + SET_THE_FILE;
        }
        if (words.contains("Could not read enough bytes")) {
            return damaged(words);
        }
        if (words.contains("Could not set lock on file")) {
            return "cannot be locked: " + sentence(reason(words))
                    + "Put it on a file system that has locks, as DuckDB needs them beside a loader";
        }
        return "cannot be read: " + sentence(reason(words)) + "Look after the disk or the share it lies on";
    }

    /**
     * What the file system says of the file.
     *
     * @return null when it is there and may be read
     */
    @Nullable
    String away() {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            if (attributes.isDirectory()) {
                return "is a directory; set factstream.source.file to the DuckDB file inside it";
            }
            if (!attributes.isRegularFile()) {
                return "is no file but a pipe or a device; " + SET_THE_FILE;
            }
            return Files.isReadable(file) ? null : forbidden();
        } catch (NoSuchFileException e) {
            return missing();
        } catch (AccessDeniedException e) {
            return "cannot be reached, as this user may not enter " + closedFolder()
                    + "; give permission to search (x) in that folder";
        } catch (FileSystemException e) {
            return "cannot be looked at: "
                    + (e.getReason() == null ? "its file system does not answer" : e.getReason());
        } catch (IOException e) {
            return "cannot be looked at: " + e.getMessage();
        }
    }

    private static String forbidden() {
        return "cannot be read by this user; give read permission";
    }

    private String missing() {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return "is a link to a file that does not exist; let it lead to the loader's DuckDB file";
        }
        return "does not exist; set factstream.source.file (FACTSTREAM_SOURCE_FILE) to the loader's DuckDB file";
    }

    /** The first folder on the way to the file that cannot be entered. */
    private Path closedFolder() {
        Path folder = file.toAbsolutePath().getParent();
        Path closed = folder;
        for (; folder != null; folder = folder.getParent()) {
            if (!Files.isExecutable(folder)) {
                closed = folder;
            }
        }
        return closed == null ? file : closed;
    }

    private String ofTheLog(String log, String kind, String why) {
        String itsLog = "cannot be read with its write-ahead log " + log + ": ";
        if (why.contains("Permission denied") || (Files.exists(Path.of(log)) && !Files.isReadable(Path.of(log)))) {
            return itsLog + "this user may not read that; give read permission, to the logs that the loader makes from"
                    + " now on as well (its umask)";
        }
        if (why.contains("Is a directory") || Files.isDirectory(Path.of(log))) {
            return itsLog + "that is a directory; remove it";
        }
        if (why.contains("does not match database file")) {
            return itsLog + "it is another database's, as where a file was renamed into the place of one whose loader"
                    + " was killed; remove that log if the file itself is the one you mean";
        }
        if (why.contains("checkpoint iteration")) {
            return itsLog
                    + "it is of another state of the same database; put the two back as they were at one moment, or"
                    + " remove that log if the file itself is whole";
        }
        boolean damage = kind.equals("Data Corruption") || kind.equals("Serialization");
        if (damage) {
            return itsLog + "it may be corrupt or half copied: " + sentence(why) + ANEW;
        }
        return kind.equals("IO")
                ? itsLog + sentence(reason(why)) + "Look after the disk or the share it lies on"
                : itsLog + "it does not fit the tables of the file, as where a file was renamed into the place of one"
                        + " whose loader was killed; remove that log if the file itself is the one you mean";
    }

    private String ofTheSpill(String why) {
        return "a query of source " + file + " needs the disk for what does not fit into memory, and cannot use "
                + spillFolder + ": " + sentence(why)
                + "Let this user write there and make room, or raise factstream.source.memory-limit, or make the query"
                + " cheaper";
    }

    /** The text between the first quotation marks. */
    private static String quoted(String words) {
        int begin = words.indexOf('"') + 1;
        int end = words.indexOf('"', begin);
        return end < 0 ? words : words.substring(begin, end);
    }

    /** The end of DuckDB's words, where the operating system's own stand; the whole where there are none. */
    private static String reason(String words) {
        int end = words.lastIndexOf("\": ");
        return (end < 0 ? words : words.substring(end + 3)).strip();
    }

    private static String sentence(String words) {
        String line = words.strip().replaceAll("\\s*\\n\\s*", " ");
        return line + (line.matches("(?s).*[.!?]") ? " " : ". ");
    }
}
