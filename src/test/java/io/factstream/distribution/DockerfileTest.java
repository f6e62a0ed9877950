package io.factstream.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reads the Dockerfile, because an image cannot be built everywhere the tests run. */
class DockerfileTest {

    /** One instruction: {@code COPY}, with all that follows it. */
    private record Instruction(String name, String rest) {

        /** What follows, without the options. */
        List<String> words() {
            return Pattern.compile("\\s+")
                    .splitAsStream(rest)
                    .filter(word -> !word.startsWith("--"))
                    .toList();
        }
    }

    private final List<Instruction> build = new ArrayList<>();
    private final List<Instruction> runtime = new ArrayList<>();

    @BeforeEach
    void both_stages() throws IOException {
        String text = Files.readString(Path.of("Dockerfile"))
                .replaceAll("(?m)^\\s*#.*\\R", "")
                .replaceAll("\\\\\\R", " ");
        for (String line : text.lines().filter(line -> !line.isBlank()).toList()) {
            String[] parts = line.strip().split("\\s+", 2);
            if (parts[0].equals("FROM") && parts[1].endsWith(" AS build")) {
                build.add(new Instruction(parts[0], parts[1]));
            } else if (parts[0].equals("FROM") || !runtime.isEmpty()) {
                runtime.add(new Instruction(parts[0], parts[1]));
            } else {
                build.add(new Instruction(parts[0], parts[1]));
            }
        }
        assertThat(runtime)
                .filteredOn(instruction -> instruction.name().equals("FROM"))
                .hasSize(1);
    }

    @Test
    void the_build_copies_what_the_repository_has() {
        assertThat(all(build, "COPY"))
                .isNotEmpty()
                .allSatisfy(copy -> assertThat(Path.of(copy.words().get(0))).exists());
    }

    @Test
    void what_the_build_copies_is_not_ignored() throws IOException {
        List<String> kept = Files.readAllLines(Path.of(".dockerignore")).stream()
                .filter(line -> line.startsWith("!"))
                .map(line -> line.substring(1))
                .toList();

        assertThat(all(build, "COPY")).map(copy -> copy.words().get(0)).containsExactlyInAnyOrderElementsOf(kept);
        assertThat(kept).allSatisfy(path -> assertThat(Path.of(path)).exists());
    }

    @Test
    void the_build_has_all_that_the_assembly_names() throws IOException {
        List<String> copied =
                all(build, "COPY").stream().map(copy -> copy.words().get(0)).toList();

        assertThat(assembly("directory"))
                .filteredOn(folder -> !Path.of(folder).startsWith("target"))
                .allSatisfy(folder -> assertThat(copied)
                        .anySatisfy(root -> assertThat(Path.of(folder)).startsWith(Path.of(root))));
    }

    @Test
    void the_image_copies_what_the_assembly_makes() throws IOException {
        List<String> made = assembly("outputDirectory");
        String pom = Files.readString(Path.of("pom.xml"));

        assertThat(pom).contains("<finalName>factstream</finalName>", "<appendAssemblyId>false</appendAssemblyId>");
        assertThat(made).contains("bin", "lib", "conf", "routes");
        assertThat(all(runtime, "COPY")).isNotEmpty().allSatisfy(copy -> {
            assertThat(copy.rest()).startsWith("--from=build ");
            Path source = Path.of("/build/target/factstream")
                    .relativize(Path.of(copy.words().get(0)));
            assertThat(source.toString()).isIn(union(made, ""));
        });
    }

    @Test
    void the_image_has_the_library_of_its_platform_alone_and_an_archive_of_its_classes() {
        assertThat(all(build, "RUN")).anySatisfy(run -> assertThat(run.rest())
                .contains("target/factstream/lib", "libduckdb_java.so_*", "linux_$(dpkg --print-architecture)"));
        Instruction archiving = runtime.stream()
                .filter(instruction -> instruction.rest().equals("/opt/factstream/bin/archive-classes"))
                .findFirst()
                .orElseThrow();
        // An archive holds for the folder in which it was made.
        assertThat(all(runtime, "COPY"))
                .filteredOn(copy -> copy.words().contains("/opt/factstream"))
                .singleElement()
                .satisfies(copy -> assertThat(runtime.indexOf(copy)).isLessThan(runtime.indexOf(archiving)));
    }

    @Test
    void the_image_has_the_java_that_the_build_is_made_for() throws IOException {
        String release = Files.readString(Path.of("pom.xml"))
                .replaceFirst("(?s).*<maven.compiler.release>(\\d+)</maven.compiler.release>.*", "$1");

        assertThat(only(runtime, "FROM").rest()).isEqualTo("eclipse-temurin:" + release + "-jre");
        assertThat(only(build, "FROM").rest()).contains("temurin-" + release);
    }

    @Test
    void the_process_is_not_root_and_has_a_fixed_number() {
        assertThat(only(runtime, "USER").rest()).matches("[1-9]\\d{3,}:[1-9]\\d{3,}");
        assertThat(runtime.indexOf(only(runtime, "USER")))
                .isLessThan(runtime.indexOf(only(runtime, "ENTRYPOINT")))
                .isGreaterThan(runtime.indexOf(last("RUN")));
    }

    @Test
    void the_state_is_on_a_volume_that_the_process_owns() {
        String user = only(runtime, "USER").rest().replaceFirst(":.*", "");

        assertThat(only(runtime, "VOLUME").words()).contains("/state");
        assertThat(only(runtime, "ENV").rest()).contains("FACTSTREAM_STATE_FILE=/state/");
        assertThat(all(runtime, "RUN"))
                .anySatisfy(run ->
                        assertThat(run.rest()).contains("--owner=" + user).contains(" /state"));
    }

    @Test
    void the_routes_are_on_a_volume_that_begins_with_the_shipped_ones() {
        assertThat(only(runtime, "ENV").rest()).contains("FACTSTREAM_ROUTES=/routes");
        assertThat(all(runtime, "COPY")).anySatisfy(copy -> assertThat(copy.words())
                .containsExactly("/build/target/factstream/routes", "/routes"));
        assertThat(only(runtime, "VOLUME").words()).contains("/routes");
    }

    @Test
    void it_runs_tells_its_health_and_stops_on_a_signal() {
        assertThat(only(runtime, "ENTRYPOINT").rest()).isEqualTo("[\"factstream\"]");
        assertThat(only(runtime, "CMD").rest()).isEqualTo("[\"run\"]");
        assertThat(only(runtime, "STOPSIGNAL").rest()).isEqualTo("SIGTERM");
        assertThat(only(runtime, "HEALTHCHECK").rest()).endsWith("CMD [\"factstream\", \"health\"]");
    }

    @Test
    void jmx_is_off_and_no_secret_is_set() {
        assertThat(runtime).noneSatisfy(instruction -> assertThat(instruction.rest())
                .containsAnyOf("FACTSTREAM_JMX", "EVENTHUBS_"));
    }

    private static List<String> assembly(String element) throws IOException {
        return Pattern.compile("<" + element + ">([^<]+)</")
                .matcher(Files.readString(Path.of("src/main/assembly/distribution.xml")))
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }

    private static List<String> union(List<String> some, String another) {
        List<String> all = new ArrayList<>(some);
        all.add(another);
        return all;
    }

    private static List<Instruction> all(List<Instruction> stage, String name) {
        return stage.stream()
                .filter(instruction -> instruction.name().equals(name))
                .toList();
    }

    private static Instruction only(List<Instruction> stage, String name) {
        assertThat(all(stage, name)).as(name).hasSize(1);
        return all(stage, name).get(0);
    }

    private Instruction last(String name) {
        List<Instruction> all = all(runtime, name);
        return all.get(all.size() - 1);
    }
}
