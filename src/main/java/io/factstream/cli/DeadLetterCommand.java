package io.factstream.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.factstream.Application;
import io.factstream.config.ConfigurationException;
import io.factstream.config.Settings;
import io.factstream.control.Control;
import io.factstream.deadletter.DeadLetter;
import io.factstream.deadletter.DeadLetterFilter;
import io.factstream.deadletter.DeadLetterImport;
import io.factstream.deadletter.DeadLetterLines;
import io.factstream.deadletter.DeadLetterPage;
import io.factstream.deadletter.DeadLetterStore;
import io.factstream.deadletter.DeadLetterStoreFullException;
import io.factstream.deadletter.DeadLetterSummary;
import io.factstream.deadletter.ReplayResult;
import io.factstream.journal.Action.Kind;
import io.factstream.state.SqliteState;
import io.factstream.text.Word;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Dead letters: shown, sent again, taken elsewhere and back, and thrown away by people. */
@Command(
        name = "dlq",
        mixinStandardHelpOptions = true,
        description = "Shows and replays dead letters: the events that could not be delivered. All of it works beside a"
                + " running runtime.",
        footer = {
            "",
            "Examples:  factstream dlq summary",
            "           factstream dlq list --stream receipt-created --category validation",
            "           factstream dlq replay --stream receipt-created",
            "           factstream dlq export --output letters.jsonl"
        })
final class DeadLetterCommand implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterCommand.class);
    private static final int LONGEST_ERROR = 100;

    private static final String ROW = "%-32s  %-26s %-14s %-9s %5s  %-27s  %s%n";

    /** Letters held in memory at once; fewer where they are large. */
    private static final int PAGE = 500;

    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists dead letters, the first stored first.",
            footer = {"", "Example:  factstream dlq list --severity permanent --older-than 1d --limit 20"})
    int list(
            @Mixin DeadLetterCriteria criteria,
            @Option(
                            names = "--limit",
                            paramLabel = "COUNT",
                            defaultValue = "50",
                            description = "How many at most (default: ${DEFAULT-VALUE}).")
                    int limit,
            @Option(names = "--json", description = "One JSON object a line, without the events.") boolean json) {
        if (limit < 1) {
            throw new ConfigurationException("--limit", limit + " is too few", "Give at least 1");
        }
        DeadLetterFilter filter = criteria.filter(Instant.now());
        PrintWriter out = out();
        try (SqliteState state = forReading()) {
            if (!json) {
                out.printf(Locale.ROOT, ROW, "id", "stream", "category", "severity", "tries", "last failed", "error");
            }
            long shown = each(state.deadLetters(), filter, limit, letter -> {
                if (json) {
                    out.println(text(DeadLetterLines.lineWithoutEvent(
                            letter, letter.eventBytes() + " bytes; factstream dlq show " + letter.id())));
                } else {
                    out.printf(
                            Locale.ROOT,
                            ROW,
                            letter.id(),
                            letter.stream(),
                            Word.of(letter.failure().category()),
                            Word.of(letter.failure().severity()),
                            letter.attempts(),
                            letter.lastFailed(),
                            Text.brief(Text.line(letter.failure().error()), LONGEST_ERROR));
                }
            });
            long all = state.deadLetters().count(filter);
            if (!json && all > shown) {
                out.printf(Locale.ROOT, "%,d more; --limit shows more%n", all - shown);
            }
            out.flush();
            return ExitCodes.DONE;
        }
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Shows one dead letter with its event.",
            footer = {"", "Example:  factstream dlq show 0f4c6a1de5b94c2f8d3e7a90b1c2d3e4"})
    int show(
            @Parameters(paramLabel = "LETTER", description = "The id of the letter, as list shows it.") String id,
            @Option(names = "--json", description = "As one line of JSON, as export writes it.") boolean json) {
        try (SqliteState state = forReading()) {
            DeadLetter letter = state.deadLetters().find(id).orElseThrow(() -> unknown(id));
            PrintWriter out = out();
            if (json) {
                out.println(text(DeadLetterLines.line(letter)));
            } else {
                show(out, letter);
            }
            out.flush();
            return ExitCodes.DONE;
        }
    }

    private static void show(PrintWriter out, DeadLetter letter) {
        field(out, "id", letter.id());
        field(out, "stream", letter.stream());
        field(out, "event type", letter.eventType());
        field(out, "trace id", letter.traceId());
        field(out, "position", letter.position());
        field(out, "hub", letter.hub());
        field(out, "partition", letter.partition());
        field(out, "partition key", letter.partitionKey());
        field(out, "category", Word.of(letter.failure().category()));
        field(out, "severity", Word.of(letter.failure().severity()));
        field(out, "error", letter.failure().error());
        field(out, "first failed", letter.firstFailed());
        field(out, "last failed", letter.lastFailed());
        field(out, "attempts", letter.attempts() + ", " + letter.replays() + " of them replays");
        field(out, "session", letter.sessionId());
        field(out, "published", letter.published());
        new TreeMap<>(letter.properties()).forEach((name, value) -> field(out, "property " + name, value));
        if (letter.eventBytes() == 0) {
            out.printf("%nno event: the row is in the source alone, at position %s%n", letter.position());
        } else {
            out.printf(Locale.ROOT, "%nevent, %,d bytes:%n%s%n", letter.eventBytes(), text(letter.event()));
        }
    }

    private static void field(PrintWriter out, String name, @Nullable Object value) {
        if (value != null) {
            out.printf(Locale.ROOT, "%-24s %s%n", name, Text.line(value.toString()));
        }
    }

    @Command(
            name = "summary",
            mixinStandardHelpOptions = true,
            description = "Counts the dead letters by category, severity and stream.",
            footer = {"", "Example:  factstream dlq summary --json"})
    int summary(@Option(names = "--json", description = "As one JSON object.") boolean json) {
        try (SqliteState state = forReading()) {
            DeadLetterSummary summary = state.deadLetters().summary();
            PrintWriter out = out();
            if (json) {
                out.println(object(summary));
            } else {
                out.printf(Locale.ROOT, "%,d dead letters%n", summary.size());
                counts(out, "category", words(summary.byCategory()));
                counts(out, "severity", words(summary.bySeverity()));
                counts(out, "stream", summary.byStream());
                field(out, "oldest", summary.oldest());
                field(out, "newest", summary.newest());
            }
            out.flush();
            return ExitCodes.DONE;
        }
    }

    private static ObjectNode object(DeadLetterSummary summary) {
        ObjectNode object = Json.object();
        object.put("size", summary.size());
        words(summary.byCategory()).forEach(object.putObject("by_category")::put);
        words(summary.bySeverity()).forEach(object.putObject("by_severity")::put);
        new TreeMap<>(summary.byStream()).forEach(object.putObject("by_stream")::put);
        object.put("oldest", summary.oldest() == null ? null : summary.oldest().toString());
        object.put("newest", summary.newest() == null ? null : summary.newest().toString());
        return object;
    }

    private static Map<String, Long> words(Map<? extends Enum<?>, Long> counts) {
        return counts.entrySet().stream()
                .collect(Collectors.toMap(
                        count -> Word.of(count.getKey()), Map.Entry::getValue, Long::sum, TreeMap::new));
    }

    private static void counts(PrintWriter out, String of, Map<String, Long> counts) {
        new TreeMap<>(counts).forEach((name, count) -> out.printf(Locale.ROOT, "%-10s %-26s %,14d%n", of, name, count));
    }

    @Command(
            name = "replay",
            mixinStandardHelpOptions = true,
            description =
                    "Sends dead letters again, with the same ids, properties and partitions, however often they were"
                            + " tried. Those that the hub acknowledges are removed.",
            footer = {
                "",
                "Exit codes: 0 all are delivered, 1 some are not and stay, 2 refused.",
                "Examples:  factstream dlq replay 0f4c6a1de5b94c2f8d3e7a90b1c2d3e4",
                "           factstream dlq replay --stream receipt-created --category validation",
                "           factstream dlq replay --all"
            })
    int replay(
            @Parameters(paramLabel = "LETTER", arity = "0..*", description = "Ids of letters, as list shows them.")
                    @Nullable
                    List<String> ids,
            @Mixin DeadLetterCriteria criteria,
            @Option(names = "--all", description = "All dead letters.") boolean all,
            @Option(names = "--json", description = "The result as one JSON object.") boolean json) {
        DeadLetterFilter filter = criteria.filter(Instant.now());
        List<String> named = ids == null ? List.of() : ids;
        int ways = (named.isEmpty() ? 0 : 1) + (filter.isEvery() ? 0 : 1) + (all ? 1 : 0);
        if (ways != 1) {
            throw new ConfigurationException(
                    "factstream dlq replay",
                    ways == 0 ? "was not told which letters to send" : "was told in " + ways + " ways what to send",
                    "Give ids of letters, or options such as --stream, or --all");
        }
        try (SqliteState state = forReading()) {
            for (String id : named) {
                if (state.deadLetters().find(id).isEmpty()) {
                    throw unknown(id);
                }
            }
        }
        Settings settings = options.load();
        settings.validateForReplay();
        ReplayResult result = replay(settings, named, filter);
        print(result, json);
        return result.isComplete() ? ExitCodes.DONE : ExitCodes.FAILED;
    }

    private static ReplayResult replay(Settings settings, List<String> ids, DeadLetterFilter filter) {
        CountDownLatch done = new CountDownLatch(1);
        Application application = Application.withoutStreams(settings);
        try {
            application.start();
            Thread onSignal = new Thread(() -> stop(application, done), "factstream-stop");
            Runtime.getRuntime().addShutdownHook(onSignal);
            ReplayResult result = ids.isEmpty() ? application.replay().some(filter) : one(application, ids);
            Deed.record(
                    application.journal(),
                    Kind.REPLAY,
                    ids.isEmpty() ? filter.toString() : String.join(", ", ids),
                    Control.text(result));
            if (!result.stopped()) {
                // Later on a signal may end the process at once; while one is being dealt with Java refuses to forget.
                Runtime.getRuntime().removeShutdownHook(onSignal);
            }
            return result;
        } finally {
            application.close();
            done.countDown();
        }
    }

    /** A signal lets the send under way finish, so that its letters are removed and not sent again. */
    private static void stop(Application application, CountDownLatch done) {
        application.replay().stop();
        try {
            done.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static ReplayResult one(Application application, List<String> ids) {
        ReplayResult sum = new ReplayResult(0, 0, Map.of(), false);
        for (String id : ids) {
            // One that went meanwhile was delivered or purged by another process: there is nothing left to do.
            sum = application.replay().one(id).map(sum::plus).orElse(sum);
        }
        return sum;
    }

    private void print(ReplayResult result, boolean json) {
        PrintWriter out = out();
        if (json) {
            ObjectNode object = Json.object();
            object.put("delivered", result.delivered());
            object.put("failed", result.failed());
            object.put("stopped", result.stopped());
            ObjectNode unavailable = object.putObject("unavailable");
            result.unavailable().forEach((hub, failure) -> unavailable.put(hub, failure.error()));
            out.println(object);
        } else {
            out.printf(Locale.ROOT, "%,d delivered, %,d failed again%n", result.delivered(), result.failed());
            result.unavailable()
                    .forEach((hub, failure) -> out.println(
                            "hub " + hub + " is unavailable, its letters wait: " + Text.line(failure.error())));
            if (result.stopped()) {
                out.println("stopped before the end; the letters that are left wait");
            }
        }
        out.flush();
    }

    @Command(
            name = "export",
            mixinStandardHelpOptions = true,
            description = "Writes dead letters with their events as JSON, one a line, which import takes back.",
            footer = {
                "",
                "The file holds values of rows; it belongs to its owner alone.",
                "Example:  factstream dlq export --stream receipt-created --output letters.jsonl"
            })
    int export(
            @Mixin DeadLetterCriteria criteria,
            @Option(
                            names = "--output",
                            paramLabel = "FILE",
                            description = "A new file. Without it they go to standard output.")
                    @Nullable
                    Path file,
            @Option(names = "--json", description = "With --output: the result as one JSON object.") boolean json)
            throws IOException {
        DeadLetterFilter filter = criteria.filter(Instant.now());
        try (SqliteState state = forReading()) {
            if (file == null) {
                PrintWriter out = out();
                each(
                        state.deadLetters(),
                        filter,
                        Long.MAX_VALUE,
                        letter -> out.println(text(DeadLetterLines.line(letter))));
                out.flush();
                return out.checkError() ? ExitCodes.FAILED : ExitCodes.DONE;
            }
            try (OutputStream lines = create(file)) {
                long count = each(state.deadLetters(), filter, Long.MAX_VALUE, letter -> {
                    lines.write(DeadLetterLines.line(letter));
                    lines.write('\n');
                });
                lines.flush();
                say(
                        json
                                ? Json.object()
                                        .put("exported", count)
                                        .put("file", file.toString())
                                        .toString()
                                : String.format(Locale.ROOT, "%,d dead letters written to %s", count, file));
            }
            return ExitCodes.DONE;
        }
    }

    private static OutputStream create(Path file) throws IOException {
        try {
            FileAttribute<?>[] ownerOnly =
                    FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                            ? new FileAttribute<?>[] {
                                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                            }
                            : new FileAttribute<?>[0];
            Files.createFile(file, ownerOnly);
            return new BufferedOutputStream(Files.newOutputStream(file));
        } catch (FileAlreadyExistsException e) {
            throw new ConfigurationException(
                    file.toString(), "is there already", "Name a new file, or take this one away", e);
        } catch (IOException e) {
            throw new ConfigurationException(
                    file.toString(),
                    "cannot be written: " + e.getMessage(),
                    "Name a file in a folder that exists and can be written to",
                    e);
        }
    }

    @Command(
            name = "import",
            mixinStandardHelpOptions = true,
            description = "Stores the dead letters of a file that export wrote. One that is stored already stays one.",
            footer = {"", "Example:  factstream dlq import letters.jsonl"})
    int importLetters(
            @Parameters(paramLabel = "FILE", description = "The file, or - for standard input.") String file,
            @Option(names = "--json", description = "The result as one JSON object.") boolean json)
            throws IOException {
        try (SqliteState state = forWriting();
                InputStream in = open(file)) {
            DeadLetterImport letters = new DeadLetterImport(state.deadLetters(), file, in);
            try {
                long count = letters.run();
                LOG.info("imported dead letters={} file={} who={}", count, file, Person.name());
                Deed.record(state.journal(), Kind.IMPORT, "dead letters", count + " stored from " + file);
                say(
                        json
                                ? Json.object().put("imported", count).toString()
                                : String.format(Locale.ROOT, "%,d dead letters imported", count));
                return ExitCodes.DONE;
            } catch (DeadLetterStoreFullException e) {
                throw new ConfigurationException(
                        file,
                        "does not fit: the store holds " + e.held() + " of at most "
                                + e.limit().entries() + " dead letters; " + letters.storedSoFar(),
                        "Replay or purge letters, or raise " + e.limit().setting() + ", and import again",
                        e);
            }
        }
    }

    private static InputStream open(String file) throws IOException {
        if (file.equals("-")) {
            return new BufferedInputStream(System.in);
        }
        Path path = Path.of(file);
        if (Files.isDirectory(path)) {
            throw new ConfigurationException(file, "is a folder", "Name a file that export wrote");
        }
        try {
            return new BufferedInputStream(Files.newInputStream(path));
        } catch (NoSuchFileException e) {
            throw new ConfigurationException(file, "does not exist", "Name a file that export wrote", e);
        }
    }

    @Command(
            name = "purge",
            mixinStandardHelpOptions = true,
            description = "Removes dead letters for good, undelivered. Which ones must be said, and is logged.",
            footer = {"", "Example:  factstream dlq purge --stream receipt-created --older-than 30d --dry-run"})
    int purge(
            @Mixin DeadLetterCriteria criteria,
            @Option(names = "--yes", description = "Remove them.") boolean yes,
            @Option(names = "--dry-run", description = "Only say how many would be removed.") boolean dryRun,
            @Option(names = "--json", description = "The result as one JSON object.") boolean json) {
        DeadLetterFilter filter = criteria.filter(Instant.now());
        if (filter.isEvery()) {
            throw new ConfigurationException(
                    "factstream dlq purge",
                    "was not told which letters to remove",
                    "Give options such as --stream or --older-than; there is none for all");
        }
        if (yes == dryRun) {
            throw new ConfigurationException(
                    "factstream dlq purge",
                    yes ? "got both --yes and --dry-run" : "removes letters for good and needs your word",
                    "Add --yes to remove them, or --dry-run to see how many there are");
        }
        if (dryRun) {
            try (SqliteState state = forReading()) {
                long count = state.deadLetters().count(filter);
                say(
                        json
                                ? purged(count, filter, true)
                                : String.format(Locale.ROOT, "%,d dead letters would be removed: %s", count, filter));
                return ExitCodes.DONE;
            }
        }
        try (SqliteState state = forWriting()) {
            int count = state.deadLetters().purge(filter);
            LOG.warn("purged dead letters={} filter=\"{}\" who={}", count, filter, Person.name());
            Deed.record(state.journal(), Kind.PURGE, filter.toString(), count + " removed, undelivered");
            say(
                    json
                            ? purged(count, filter, false)
                            : String.format(Locale.ROOT, "%,d dead letters removed: %s", count, filter));
            return ExitCodes.DONE;
        }
    }

    private static String purged(long count, DeadLetterFilter filter, boolean dryRun) {
        return Json.object()
                .put("removed", dryRun ? 0 : count)
                .put("meant", count)
                .put("filter", filter.toString())
                .toString();
    }

    /** What is done with each letter. */
    @FunctionalInterface
    private interface Each<X extends Exception> {
        void accept(DeadLetter letter) throws X;
    }

    /** Page by page; returns how many. */
    private static <X extends Exception> long each(
            DeadLetterStore store, DeadLetterFilter filter, long limit, Each<X> each) throws X {
        long count = 0;
        String after = null;
        do {
            DeadLetterPage page = store.page(filter, after, (int) Math.min(PAGE, limit - count));
            for (DeadLetter letter : page.letters()) {
                each.accept(letter);
                count++;
            }
            after = page.next();
        } while (after != null && count < limit);
        return count;
    }

    private SqliteState forReading() {
        return StateFile.forReading(options.load());
    }

    private SqliteState forWriting() {
        return StateFile.forWriting(options.load());
    }

    private static ConfigurationException unknown(String id) {
        return new ConfigurationException(
                "dead letter '" + Text.line(id) + "'",
                "does not exist (any more)",
                "factstream dlq list shows the ids of those that do");
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private void say(String line) {
        out().println(line);
        out().flush();
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
