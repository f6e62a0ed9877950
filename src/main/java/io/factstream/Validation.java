package io.factstream;

import io.factstream.config.ConfigurationException;
import io.factstream.config.ConfigurationException.Problem;
import io.factstream.config.KnownSettings;
import io.factstream.config.NearestName;
import io.factstream.config.Settings;
import io.factstream.deadletter.ErrorCategory;
import io.factstream.eventhubs.BatchLimit;
import io.factstream.eventhubs.DeliveryException;
import io.factstream.eventhubs.HubLayouts;
import io.factstream.routes.RouteFiles;
import io.factstream.routes.RouteFolder;
import io.factstream.routes.StreamDefinitions;
import io.factstream.source.DuckDbSource;
import io.factstream.source.SourceException;
import io.factstream.state.SqliteState;
import io.factstream.state.StateException;
import io.factstream.stream.DryRun;
import io.factstream.stream.Examination;
import io.factstream.stream.StreamDefinition;
import io.factstream.validation.Finding;
import io.factstream.validation.Report;
import io.factstream.validation.Severity;
import io.factstream.validation.StreamFindings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Checks settings, route files and queries without sending anything, by the code that checks them when a runtime starts
 * or takes up a change. It may run beside a runtime. Whatever it finds, it goes on as far as it can.
 */
public final class Validation {

    /** How long a loader may hold the source before a query is left unchecked. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Pattern LINE = Pattern.compile(":(\\d+)$");

    private final Settings settings;
    private final Path folder;
    private final RouteFolder routes;
    private final Set<Finding> findings = new LinkedHashSet<>();
    private final List<Examination> examinations = new ArrayList<>();
    /** The route file of each stream. */
    private final Map<String, Path> files = new TreeMap<>();

    private Validation(Settings settings) {
        this.settings = settings;
        this.routes = RouteFolder.of(settings);
        this.folder = routes.streams();
    }

    /**
     * Checks.
     *
     * @param streams whose files and queries to check; none for all
     * @param online whether to ask the hubs, too
     * @param sample how many rows of each stream to make events of
     * @throws ConfigurationException when no route file has one of the streams
     */
    public static Report of(Settings settings, Collection<String> streams, boolean online, int sample)
            throws InterruptedException {
        Validation validation = new Validation(settings);
        return validation.check(streams, online, sample);
    }

    private Report check(Collection<String> named, boolean online, int sample) throws InterruptedException {
        boolean source = collect(
                settings::validateForRun,
                problem -> isMissingKey(problem) && !online ? Severity.WARNING : Severity.ERROR);
        if (!Files.isDirectory(folder)) {
            return report(Set.of());
        }
        RouteFiles.Form form = RouteFiles.form(routes);
        List<Problem> errors = new ArrayList<>(
                RouteFiles.mistakes(routes, RouteValues.of(settings)).all());
        errors.addAll(form.faults());
        errors.forEach(problem -> findings.add(Finding.of(Severity.ERROR, problem)));
        Set<String> broken = new HashSet<>();
        errors.forEach(problem -> broken.add(file(problem.where())));
        findStreams(broken);
        form.advice().forEach(problem -> findings.add(Finding.of(Severity.WARNING, problem)));
        tryInCamel(broken);
        Set<String> chosen = chosen(named);
        Map<String, StreamDefinition> definitions = definitions(chosen, broken);
        if (source
                || settings.find(KnownSettings.SOURCE_FILE)
                        .filter(Files::isRegularFile)
                        .isPresent()) {
            try (DuckDbSource opened = Application.source(settings)) {
                if (!readsTheSource(opened)) {
                    return report(Set.of());
                }
                for (StreamDefinition stream : definitions.values()) {
                    examine(opened, stream, sample);
                }
            }
        }
        checkState(definitions.values());
        if (online) {
            askHubs(definitions.values());
        }
        return report(named.isEmpty() ? Set.of() : others(chosen));
    }

    /** Whoever writes routes need not have the key to the hub: without one all but the hub is checked. */
    private boolean isMissingKey(Problem problem) {
        return problem.where().equals(KnownSettings.CONNECTION_STRING.key())
                && settings.find(KnownSettings.CONNECTION_STRING).isEmpty();
    }

    private void findStreams(Set<String> broken) {
        for (Path file : RouteFiles.files(folder)) {
            if (!broken.contains(file.toString())) {
                RouteFiles.streams(file).keySet().forEach(stream -> files.put(stream, file));
            }
        }
    }

    private Set<String> chosen(Collection<String> named) {
        for (String stream : named) {
            boolean known = files.containsKey(stream) || Files.exists(folder.resolve(stream + ".camel.yaml"));
            if (!known) {
                throw new ConfigurationException(
                        folder.toString(),
                        "has no stream '" + stream + "'",
                        NearestName.of(stream, files.keySet())
                                .map(nearest -> "Did you mean " + nearest + "?")
                                .orElse("It has " + String.join(", ", files.keySet())));
            }
        }
        return named.isEmpty() ? files.keySet() : new TreeSet<>(named);
    }

    /** The files that belong to other streams than the chosen ones. */
    private Set<String> others(Set<String> chosen) {
        Set<String> mine = new HashSet<>();
        chosen.forEach(stream -> {
            mine.add(folder.resolve(stream + ".camel.yaml").toString());
            if (files.containsKey(stream)) {
                mine.add(files.get(stream).toString());
            }
        });
        Set<String> others = new HashSet<>();
        RouteFiles.files(folder).stream()
                .map(Path::toString)
                .filter(file -> !mine.contains(file))
                .forEach(others::add);
        return others;
    }

    private void tryInCamel(Set<String> broken) {
        if (broken.contains(folder.toString())
                || broken.stream().anyMatch(file -> Path.of(file).startsWith(routes.flow()))) {
            return;
        }
        try (RouteTrial trial = new RouteTrial(settings)) {
            for (Path file : RouteFiles.files(folder)) {
                if (!broken.contains(file.toString())) {
                    for (Problem problem : trial.load(file)) {
                        // The schema's advice, which Camel turns out to insist on.
                        findings.remove(Finding.of(Severity.WARNING, problem));
                        findings.add(Finding.of(Severity.ERROR, problem));
                        broken.add(file.toString());
                    }
                }
            }
        } catch (ConfigurationException e) {
            e.problems().forEach(problem -> findings.add(Finding.of(Severity.ERROR, problem)));
        }
    }

    private Map<String, StreamDefinition> definitions(Set<String> chosen, Set<String> broken) {
        StreamDefinitions maker = RouteValues.definitions(settings);
        Map<String, StreamDefinition> definitions = new TreeMap<>();
        for (String stream : chosen) {
            Path file = files.get(stream);
            if (file != null && !broken.contains(file.toString())) {
                collect(() -> definitions.put(
                        stream, Objects.requireNonNull(maker.of(file).get(stream))));
            }
        }
        return definitions;
    }

    /** The streams that come with FactStream fail all alike over tables that they do not know: that is one mistake. */
    private boolean readsTheSource(DuckDbSource source) {
        try {
            return collect(() -> ShippedStreams.refuseWithoutTheirTables(settings, source), problem -> Severity.ERROR);
        } catch (SourceException e) {
            // Each stream meets it, too, and tells which query could not be checked.
            return true;
        }
    }

    private void examine(DuckDbSource source, StreamDefinition stream, int sample) throws InterruptedException {
        BatchLimit limit = Application.limit(settings);
        DryRun run = new DryRun(stream, Application.pages(settings, "validate"), source, limit, PATIENCE);
        try {
            run.advice().forEach(problem -> findings.add(Finding.of(Severity.WARNING, problem)));
            Examination seen = run.examine(Instant.now(), sample);
            examinations.add(seen);
            findings.addAll(StreamFindings.of(stream, seen, limit.capacity()));
        } catch (ConfigurationException e) {
            e.problems().forEach(problem -> findings.add(Finding.of(Severity.ERROR, problem)));
        } catch (SourceException e) {
            findings.add(Finding.of(stream, source.file(), e));
        }
    }

    /** Whether each stream could go on from its watermark. */
    private void checkState(Collection<StreamDefinition> streams) {
        Path file = settings.get(KnownSettings.STATE_FILE);
        if (!Files.isRegularFile(file)) {
            return;
        }
        try (SqliteState state = SqliteState.openReadOnly(file)) {
            for (StreamDefinition stream : streams) {
                state.watermarks().find(stream.id()).ifPresent(saved -> {
                    if (!saved.isOf(stream.fingerprint())) {
                        findings.add(new Finding(
                                Severity.WARNING,
                                stream.queryFile().toString(),
                                "is not the query that made the watermark of the stream '" + stream.id() + "'",
                                "factstream watermark accept goes on from there, watermark rewind begins elsewhere"));
                    }
                });
            }
        } catch (StateException e) {
            findings.add(new Finding(Severity.UNCHECKED, file.toString(), String.valueOf(e.getMessage()), ""));
        }
    }

    private void askHubs(Collection<StreamDefinition> streams) {
        Set<String> hubs = streams.stream().map(StreamDefinition::hub).collect(Collectors.toCollection(TreeSet::new));
        collect(() -> {
            HubLayouts layouts = new HubLayouts(
                    Application.access(settings),
                    Application.limit(settings),
                    settings.get(KnownSettings.SEND_DEADLINE));
            hubs.forEach(hub -> ask(layouts, hub));
        });
    }

    private void ask(HubLayouts layouts, String hub) {
        try {
            layouts.layout(hub);
        } catch (DeliveryException e) {
            ErrorCategory category = e.failure().category();
            boolean refused = category == ErrorCategory.AUTHENTICATION || category == ErrorCategory.VALIDATION;
            String where = "hub " + hub;
            String error = e.failure().error();
            findings.add(new Finding(
                    refused ? Severity.ERROR : Severity.UNCHECKED,
                    where,
                    error.startsWith(where + " ") ? error.substring(where.length() + 1) : error,
                    ""));
        }
    }

    private void collect(Runnable check) {
        collect(check, problem -> Severity.ERROR);
    }

    /** Returns whether the check found nothing. */
    private boolean collect(Runnable check, Function<Problem, Severity> severity) {
        try {
            check.run();
            return true;
        } catch (ConfigurationException e) {
            e.problems().forEach(problem -> findings.add(Finding.of(severity.apply(problem), problem)));
            return false;
        }
    }

    private Report report(Set<String> others) {
        return new Report(
                findings.stream()
                        .filter(finding -> !others.contains(file(finding.where())))
                        .sorted(Comparator.comparing((Finding finding) -> file(finding.where()))
                                .thenComparingInt(finding -> line(finding.where())))
                        .toList(),
                examinations);
    }

    private static int line(String where) {
        Matcher line = LINE.matcher(where);
        return line.find() ? Integer.parseInt(line.group(1)) : 0;
    }

    private static String file(String where) {
        return LINE.matcher(where).replaceFirst("");
    }
}
