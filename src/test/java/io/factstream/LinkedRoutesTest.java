package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.config.KnownSettings;
import io.factstream.stream.FactStream;
import io.factstream.validation.Finding;
import io.factstream.validation.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Route files and folders that are links, as those of a mounted ConfigMap and of releases are. */
class LinkedRoutesTest {

    private static final String QUERY = "SELECT n AS _watermark, n FROM numbers";
    private static final String CHANGED = "SELECT n AS _watermark, n, 'new' AS mark FROM numbers";

    @Test
    void files_of_a_config_map_are_checked_run_and_taken_up_when_it_is_updated(@TempDir Path folder)
            throws IOException {
        try (RuntimeUnderTest runtime = numbers(folder)) {
            Path routes = routes(runtime);
            Path version = Files.createDirectory(routes.resolve("..2026_11_29"));
            for (String file : List.of("numbers.camel.yaml", "numbers.sql")) {
                Files.move(routes.resolve(file), version.resolve(file));
                Files.createSymbolicLink(routes.resolve(file), Path.of("..data", file));
            }
            Files.createSymbolicLink(routes.resolve("..data"), version.getFileName());

            assertThat(errors(runtime)).isEmpty();
            runtime.start();
            runtime.awaitReceived("numbers", 10);
            Path next = Files.createDirectory(routes.resolve("..2026_11_30"));
            Files.copy(version.resolve("numbers.camel.yaml"), next.resolve("numbers.camel.yaml"));
            Files.writeString(next.resolve("numbers.sql"), CHANGED);
            swap(routes.resolve("..data"), next.getFileName());
            awaitVersion(runtime, 2);
            runtime.load("INSERT INTO numbers SELECT range + 11 FROM range(10)");

            assertTaken(runtime);
        }
    }

    @Test
    void a_folder_that_is_a_link_is_checked_run_and_taken_up_when_it_leads_elsewhere(@TempDir Path folder)
            throws IOException {
        try (RuntimeUnderTest runtime = numbers(folder)) {
            Path releases = Files.createDirectory(folder.resolve("releases"));
            Path first = Files.move(routes(runtime), releases.resolve("7"));
            Path current = Files.createSymbolicLink(folder.resolve("current"), Path.of("releases", "7"));
            runtime.with(KnownSettings.ROUTES, current.toString());

            assertThat(errors(runtime)).isEmpty();
            runtime.start();
            runtime.awaitReceived("numbers", 10);
            Path second = Files.createDirectories(releases.resolve("8"));
            Files.createSymbolicLink(second.resolve("flow"), Path.of("..", "7", "flow"));
            Files.copy(first.resolve("numbers.camel.yaml"), second.resolve("numbers.camel.yaml"));
            Files.writeString(second.resolve("numbers.sql"), CHANGED);
            swap(current, Path.of("releases", "8"));
            awaitVersion(runtime, 2);
            runtime.load("INSERT INTO numbers SELECT range + 11 FROM range(10)");
            assertTaken(runtime);

            runtime.stop();
            runtime.load("INSERT INTO numbers SELECT range + 21 FROM range(10)").start();
            runtime.awaitReceived("numbers", 30);
            runtime.assertEachOnce("numbers", "n", 30);
        }
    }

    @Test
    void files_below_the_folder_are_refused_by_name_but_hidden_ones(@TempDir Path folder) throws IOException {
        try (RuntimeUnderTest runtime = numbers(folder)) {
            Path below = Files.createDirectory(routes(runtime).resolve("sales"));
            Files.copy(routes(runtime).resolve("numbers.camel.yaml"), below.resolve("more.camel.yaml"));
            Path hidden = Files.createDirectory(routes(runtime).resolve(".attic"));
            Files.copy(routes(runtime).resolve("numbers.camel.yaml"), hidden.resolve("old.camel.yaml"));

            List<String> errors = errors(runtime);
            runtime.start();

            assertThat(errors).singleElement().asString().contains("sales/more.camel.yaml", "Move it to");
            runtime.awaitReceived("numbers", 10);
            assertThat(runtime.application().streams().refused())
                    .singleElement()
                    .satisfies(refused -> assertThat(refused.stream()).isEqualTo("more"));
            try (Stream<Path> files = Files.list(below)) {
                files.forEach(file -> assertThat(file.toFile().delete()).isTrue());
            }
            RuntimeUnderTest.eventually("nothing is refused")
                    .until(() -> runtime.application().streams().refused().isEmpty());
        }
    }

    private static RuntimeUnderTest numbers(Path folder) {
        return RuntimeUnderTest.in(folder).load("CREATE TABLE numbers AS SELECT range + 1 AS n FROM range(10)").stream(
                "numbers", QUERY);
    }

    private static Path routes(RuntimeUnderTest runtime) {
        return Path.of(runtime.setting(KnownSettings.ROUTES));
    }

    private static List<String> errors(RuntimeUnderTest runtime) {
        try {
            return Validation.of(runtime.settings(), List.of(), false, 1).findings().stream()
                    .filter(finding -> finding.severity() == Severity.ERROR)
                    .map(Finding::toString)
                    .toList();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** As a ConfigMap is updated: no moment without a link. */
    private static void swap(Path link, Path target) throws IOException {
        Path next = Files.createSymbolicLink(link.resolveSibling(link.getFileName() + "_tmp"), target);
        Files.move(next, link, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void awaitVersion(RuntimeUnderTest runtime, int number) {
        RuntimeUnderTest.eventually("version " + number).until(() -> runtime.application()
                .streams()
                .find("numbers")
                .map(FactStream::version)
                .filter(version -> version.number() == number)
                .isPresent());
    }

    private static void assertTaken(RuntimeUnderTest runtime) {
        runtime.awaitReceived("numbers", 20);
        runtime.assertEachOnce("numbers", "n", 20);
        assertThat(runtime.received("numbers"))
                .filteredOn(event -> event.number("n") > 10)
                .allSatisfy(event ->
                        assertThat(event.payload().path("mark").textValue()).isEqualTo("new"));
    }
}
