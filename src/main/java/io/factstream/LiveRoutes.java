package io.factstream;

import io.factstream.config.ConfigurationException;
import io.factstream.config.ConfigurationException.Problem;
import io.factstream.config.Settings;
import io.factstream.journal.Action;
import io.factstream.journal.Action.Kind;
import io.factstream.routes.RouteFiles;
import io.factstream.routes.RouteFolder;
import io.factstream.routes.StreamDefinitions;
import io.factstream.source.DuckDbSource;
import io.factstream.source.SourceBusyException;
import io.factstream.source.SourceException;
import io.factstream.source.SourceUnavailableException;
import io.factstream.state.SqliteState;
import io.factstream.state.StateException;
import io.factstream.stream.DryRun;
import io.factstream.stream.FactStream;
import io.factstream.stream.StreamDefinition;
import io.factstream.stream.Streams;
import io.factstream.validation.Finding;
import io.factstream.validation.Severity;
import io.factstream.watermark.SavedWatermark;
import io.factstream.watermark.WatermarkStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes up changes of the route files and queries of a running runtime. It looks at their contents several times a
 * second, which works on every file system and for mounted folders whose files are links that are swapped.
 *
 * <p>A change is taken up when it was seen twice alike, so that no half-written file is read; when the checks of {@code
 * validate} find no error; and between two pages of its stream, when no page waits to be sent. A query goes on from the
 * watermark of the one before only where both have the same rows at or below it, since then none is lost or sent twice;
 * otherwise a person decides, as after a restart. What is refused leaves the version before running.
 *
 * <p>The shared flow is not watched: it is the same for all streams, and is changed with a restart.
 */
final class LiveRoutes {

    private static final Logger LOG = LoggerFactory.getLogger(LiveRoutes.class);

    private static final Duration EVERY = Duration.ofMillis(400);

    /** How long a page under way may take before the change is put off to the next look. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Settings settings;
    private final RouteFolder routeFolder;
    private final Path folder;
    private final StreamDefinitions definitions;
    private final Streams streams;
    private final SqliteState state;
    private final DuckDbSource source;
    private final RouteSwitch routes;
    private final Clock clock;
    private final CountDownLatch closed = new CountDownLatch(1);

    /** What runs. */
    private final Map<Path, RouteVersion> running = new HashMap<>();
    /** What was seen at the last look. */
    private Map<Path, RouteVersion> seen = Map.of();
    /** What was refused, until it changes. */
    private final Map<Path, RouteVersion> refused = new HashMap<>();
    /** Which of them a person has to decide about. */
    private final Set<Path> undecided = new HashSet<>();
    /** Whether something was taken up or removed in this look, so that what was refused may be right with it. */
    private boolean changed;
    /** Whether that was so in the look before. */
    private boolean again;

    private @Nullable Thread thread;

    LiveRoutes(
            Settings settings,
            StreamDefinitions definitions,
            Streams streams,
            SqliteState state,
            DuckDbSource source,
            RouteSwitch routes,
            Clock clock) {
        this.clock = clock;
        this.settings = settings;
        this.routeFolder = RouteFolder.of(settings);
        this.folder = routeFolder.streams();
        this.definitions = definitions;
        this.streams = streams;
        this.state = state;
        this.source = source;
        this.routes = routes;
    }

    /** Begins with what was loaded and refused, so that what was saved meanwhile is taken up. */
    void begin(FirstLoad first) {
        running.putAll(first.running());
        refused.putAll(first.refused());
    }

    void start() {
        Thread watching = new Thread(this::watch, "factstream-routes");
        watching.setDaemon(true);
        thread = watching;
        watching.start();
    }

    private void watch() {
        try {
            while (!closed.await(EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    look();
                } catch (RuntimeException e) {
                    // Whatever it is, streams go on as they are, and the next look tries again.
                    LOG.warn("routes={} could not be looked at: {}", folder, e.getMessage(), e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() throws InterruptedException {
        Map<Path, RouteVersion> found;
        try {
            found = RouteVersion.all(folder, definitions, seen);
        } catch (ConfigurationException e) {
            // A folder that is being mounted anew is no wish to end all streams.
            LOG.debug("routes={} {}", folder, e.getMessage());
            return;
        }
        Map<Path, RouteVersion> before = seen;
        seen = found;
        again = changed;
        changed = false;
        forgetWhatIsGone(found.keySet());
        Set<Path> files = new HashSet<>(running.keySet());
        files.addAll(found.keySet());
        for (Path file : files.stream().sorted().toList()) {
            RouteVersion version = found.get(file);
            if (Objects.equals(version, running.get(file))) {
                if (refused.remove(file) != null) {
                    streams.accept(file);
                    streamsOf(running.get(file)).forEach(stream -> stream.refused(null));
                }
            } else if (Objects.equals(version, before.get(file)) && !isClosed()) {
                takeUp(file, version);
            }
        }
    }

    /** What was refused and never ran is no stream any more when its file is gone. */
    private void forgetWhatIsGone(Set<Path> found) {
        refused.keySet().removeIf(file -> !found.contains(file) && !running.containsKey(file));
        streams.acceptIf(file -> Files.notExists(file));
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    private void takeUp(Path file, @Nullable RouteVersion version) throws InterruptedException {
        if (version == null) {
            remove(file);
            return;
        }
        if (version.equals(refused.get(file)) && !again && !isDecided(version)) {
            return;
        }
        RouteVersion old = running.get(file);
        undecided.remove(file);
        try {
            Map<String, StreamDefinition> definitions = check(file, version);
            if (replace(file, old, version, definitions)) {
                running.put(file, version);
                refused.remove(file);
                streams.accept(file);
                changed = true;
            }
        } catch (ConfigurationException e) {
            refuse(
                    file,
                    version,
                    e.problems().stream()
                            .map(problem -> Finding.of(Severity.ERROR, problem))
                            .toList());
        } catch (SourceBusyException | SourceUnavailableException | StateException e) {
            LOG.debug("file={} waits: {}", file, e.getMessage());
        } catch (RuntimeException e) {
            // Whatever it is, it is that of this file, and must not keep others from being taken up.
            LOG.warn("file={} could not be taken up", file, e);
            refuse(
                    file,
                    version,
                    List.of(new Finding(
                            Severity.ERROR,
                            file.toString(),
                            "could not be taken up: " + e.getMessage(),
                            "Correct the file, or restart the runtime")));
        }
    }

    /** Whether a person has accepted the query of a file, or set the watermark, since it was left for a person to decide. */
    private boolean isDecided(RouteVersion version) {
        return undecided.contains(version.file())
                && streamsOf(version).stream().map(FactStream::definition).anyMatch(running -> state.watermarks()
                        .find(running.id())
                        .filter(saved -> running.fingerprint().equals(saved.queryFingerprint()))
                        .isEmpty());
    }

    /** Throws what {@code validate} would say against a file. */
    private Map<String, StreamDefinition> check(Path file, RouteVersion version) throws InterruptedException {
        RouteFiles.Mistakes mistakes = RouteFiles.mistakes(routeFolder, RouteValues.of(settings));
        List<Problem> problems = new ArrayList<>(mistakes.of(file));
        addTakenIds(file, version, problems);
        RouteVersion old = running.get(file);
        if (problems.isEmpty() && (old == null || !old.text().equals(version.text()))) {
            try (RouteTrial trial = new RouteTrial(settings)) {
                problems.addAll(trial.load(file));
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigurationException(problems);
        }
        Map<String, StreamDefinition> made = definitions.of(file);
        for (StreamDefinition definition : made.values()) {
            try {
                dryRun(definition).check();
            } catch (SourceBusyException | SourceUnavailableException e) {
                throw e;
            } catch (SourceException e) {
                Finding finding = Finding.of(definition, source.file(), e);
                throw new ConfigurationException(finding.where(), finding.what(), finding.mend(), e);
            }
        }
        return made;
    }

    /** The text of the other file may be what a person is about to change, so the ids that run decide. */
    private void addTakenIds(Path file, RouteVersion version, List<Problem> problems) {
        running.forEach((other, taken) -> {
            if (!other.equals(file) && problems.isEmpty()) {
                version.streams().stream()
                        .filter(taken.streams()::contains)
                        .forEach(stream -> problems.add(new Problem(
                                file.toString(),
                                "the stream '" + stream + "' runs from " + other + " already",
                                "Give each its own; a stream's watermark is kept under its id")));
                version.routes().stream()
                        .filter(taken.routes()::contains)
                        .forEach(route -> problems.add(new Problem(
                                file.toString(),
                                "the route id '" + route + "' is used in " + other + " already",
                                "Give each its own")));
            }
        });
    }

    private DryRun dryRun(StreamDefinition stream) {
        return new DryRun(
                stream,
                Application.pages(settings, "live"),
                source,
                Application.limit(settings),
                // A loader that holds the source now may be gone at the next look.
                Duration.ZERO);
    }

    private void refuse(Path file, RouteVersion version, List<Finding> findings) {
        RouteVersion known = refused.put(file, version);
        String why = findings.stream().map(Finding::toString).collect(Collectors.joining("\n"));
        RouteVersion old = running.get(file);
        if (old == null) {
            streams.refuse(file, version.streams(), why);
        }
        if (version.equals(known)) {
            return;
        }
        LOG.warn(
                "file={} change refused, {}: {}",
                file,
                old == null ? "nothing of it runs" : "the version before runs on",
                why);
        streamsOf(old).forEach(stream -> stream.refused(why));
        record(file, String.valueOf(file.getFileName()), "refused: " + why);
    }

    private List<FactStream> streamsOf(@Nullable RouteVersion version) {
        return version == null
                ? List.of()
                : version.streams().stream()
                        .flatMap(stream -> streams.find(stream).stream())
                        .toList();
    }

    /** Returns whether it was done; false when it has to wait for a page. */
    private boolean replace(
            Path file, @Nullable RouteVersion old, RouteVersion version, Map<String, StreamDefinition> definitions)
            throws InterruptedException {
        List<FactStream> concerned = streamsOf(old);
        try {
            if (!rest(concerned)) {
                return false;
            }
            List<QueryAcceptance> acceptances = new ArrayList<>();
            for (FactStream stream : concerned) {
                StreamDefinition next = definitions.get(stream.definition().id());
                SavedWatermark saved =
                        state.watermarks().find(stream.definition().id()).orElse(null);
                if (next == null || saved == null || saved.isOf(next.fingerprint())) {
                    continue;
                }
                if (!saved.position().isWhole()) {
                    // Which slice of a value a row lies in is a matter of all its columns.
                    return false;
                }
                refuseUnlessItGoesOn(stream.definition(), next, saved);
                acceptances.add(new QueryAcceptance(saved, next.fingerprint()));
            }
            acceptances.forEach(acceptance -> acceptance.save(state.watermarks(), file));
            if (old != null && old.text().equals(version.text())) {
                concerned.forEach(stream -> stream.change(Objects.requireNonNull(
                        definitions.get(stream.definition().id()))));
            } else {
                reload(old, version, definitions);
            }
        } finally {
            concerned.forEach(FactStream::goOn);
        }
        List<FactStream> now = streamsOf(version);
        routes.show();
        now.forEach(stream -> {
            LOG.info(
                    "stream={} version={} file={} taken up",
                    stream.definition().id(),
                    stream.version().number(),
                    file);
            record(file, stream.definition().id(), "version " + stream.version().number() + " taken up from " + file);
        });
        if (now.isEmpty()) {
            LOG.info("file={} taken up", file);
        }
        return true;
    }

    /** A watermark that the query of a saved change goes on from. */
    private record QueryAcceptance(SavedWatermark saved, String fingerprint) {
        void save(WatermarkStore watermarks, Path file) {
            watermarks.accept(
                    saved.stream(),
                    Objects.requireNonNull(saved.queryFingerprint()),
                    fingerprint,
                    "saved live: " + file.getFileName());
        }
    }

    /** Between two pages, so that the watermark stands where all rows at or below it were sent, and no others. */
    private void refuseUnlessItGoesOn(StreamDefinition old, StreamDefinition next, SavedWatermark saved)
            throws InterruptedException {
        if (saved.isOf(old.fingerprint()) && dryRun(old).passedSameRowsAs(next, saved.position())) {
            return;
        }
        undecided.add(Objects.requireNonNull(fileOf(old.id())));
        throw new ConfigurationException(
                next.queryFile().toString(),
                "the stream '" + next.id()
                        + "' cannot go on from its watermark with this query, which has other rows at or"
                        + " below " + saved.position() + " than the one before: they would never be sent, or were sent"
                        + " already",
                "factstream watermark accept " + next.id() + " goes on from there all the same, watermark rewind begins"
                        + " elsewhere; or give the query to a new stream with its own id");
    }

    private @Nullable Path fileOf(String stream) {
        return running.entrySet().stream()
                .filter(entry -> entry.getValue().streams().contains(stream))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }

    /** Lets pages under way end; returns whether all have. */
    private static boolean rest(List<FactStream> concerned) throws InterruptedException {
        concerned.forEach(FactStream::finish);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (FactStream stream : concerned) {
            if (!stream.awaitRest(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))) {
                LOG.debug(
                        "stream={} is not between two pages",
                        stream.definition().id());
                return false;
            }
        }
        return true;
    }

    private void reload(@Nullable RouteVersion old, RouteVersion version, Map<String, StreamDefinition> definitions) {
        if (old != null) {
            routes.remove(old);
        }
        Map<String, StreamDefinition> before = streamsOf(old).stream()
                .map(FactStream::definition)
                .collect(Collectors.toMap(StreamDefinition::id, definition -> definition));
        try {
            routes.load(version, definitions);
        } catch (ConfigurationException e) {
            // Camel took it on trial, so this is not for the file to mend; the version before must run on.
            routes.discard(version);
            if (old != null) {
                routes.load(old, before);
            }
            throw e;
        }
        if (old != null) {
            old.streams().stream()
                    .filter(stream -> !definitions.containsKey(stream))
                    .forEach(this::retire);
        }
    }

    private void remove(Path file) throws InterruptedException {
        RouteVersion old = Objects.requireNonNull(running.get(file));
        List<FactStream> concerned = streamsOf(old);
        if (!rest(concerned)) {
            concerned.forEach(FactStream::goOn);
            return;
        }
        routes.remove(old);
        old.streams().forEach(this::retire);
        running.remove(file);
        refused.remove(file);
        changed = true;
        if (old.streams().isEmpty()) {
            LOG.info("file={} removed", file);
        }
    }

    /** A stream that is no longer defined: its page is over, and its watermark stays for when it comes back. */
    private void retire(String id) {
        streams.find(id).ifPresent(stream -> {
            routes.saveCounts(stream);
            streams.remove(id);
            routes.forget(id);
            LOG.info("stream={} drained and removed, its watermark stays", id);
            record(folder, id, "no file defines it any more: drained and removed, its watermark stays");
        });
    }

    /** Who saved a file is not known; whom it belongs to is the nearest to that. */
    private void record(Path file, String subject, String what) {
        String owner;
        try {
            owner = "owner of the file, " + Files.getOwner(file).getName();
        } catch (IOException | UnsupportedOperationException e) {
            owner = "somebody";
        }
        state.journal().addDone(new Action(clock.instant(), owner, Kind.EDIT, subject, what));
    }

    /** Takes nothing more up; a change that is being taken up comes to its end. */
    void stop() throws InterruptedException {
        closed.countDown();
        Thread watching = thread;
        if (watching != null) {
            watching.join();
        }
    }
}
