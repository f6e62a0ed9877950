package io.factstream.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.factstream.config.KnownSettings;
import io.factstream.config.KnownSettings.ProcessVariable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the launcher with a Java that tells what it was called with. */
class LauncherTest {

    private static final Path LAUNCHER = Path.of("src/main/dist/bin/factstream");

    private static final String JAVA = """
            #!/bin/sh
            if [ "$1" = -version ]; then
              echo 'Picked up JAVA_TOOL_OPTIONS: -Da="b"' >&2
              echo 'openjdk version "%s" 2025-04-15' >&2
              exit 0
            fi
            echo "pid=$$"
            echo "$MALLOC_ARENA_MAX"
            for argument in "$@"; do echo "$argument"; done
            exit 7
            """;

    private static final Path ARCHIVER = Path.of("src/main/dist/bin/archive-classes");

    /** Lists its classes, and makes an archive of nothing but a list. */
    private static final String JAVA_WITH_CLASSES = """
            #!/bin/sh
            if [ "$1" = -version ]; then
              echo 'openjdk version "17.0.15" 2025-04-15' >&2
              exit 0
            fi
            for argument in "$@"; do
              case $argument in
                -XX:DumpLoadedClassList=*)
                  printf '%s\\n' 'java/lang/Object id: 0' '@lambda-proxy io/factstream/cli/Main run' \
                    'io/factstream/cli/Main id: 1' >"${argument#*=}" ;;
                -XX:SharedClassListFile=*) list=${argument#*=} ;;
                -XX:SharedArchiveFile=*) archive=${argument#*=} ;;
                -Xshare:dump) dump=yes ;;
              esac
            done
            if [ -n "${dump:-}" ]; then cp "$list" "$archive"; fi
            """;

    /** What {@code uname} says, and what DuckDB calls it. */
    private static final Map<String, String> PLATFORMS =
            Map.of("Linux x86_64", "linux_amd64", "Linux aarch64", "linux_arm64", "Darwin arm64", "macos_arm64");

    private final Path folder;
    private final Path home;
    private final Map<String, String> environment = new HashMap<>();

    LauncherTest(@TempDir Path folder) throws IOException {
        this.folder = folder.toRealPath();
        this.home = this.folder.resolve("fact stream");
    }

    @BeforeEach
    void a_distribution_and_a_java() throws IOException {
        Files.createDirectories(home.resolve("bin"));
        Files.copy(LAUNCHER, home.resolve("bin/factstream"));
        Files.createDirectories(home.resolve("lib"));
        for (String platform : PLATFORMS.values()) {
            Files.createFile(library(platform));
        }
        environment.put("PATH", System.getenv("PATH"));
        javaHome("17.0.15");
    }

    @Test
    void java_gets_the_class_path_the_main_class_and_the_arguments_as_they_are() throws Exception {
        Run run = run("run", "--config", "my file.properties", "*", "");

        assertThat(run.arguments)
                .containsSubsequence(
                        "-cp",
                        home + "/lib/*",
                        "io.factstream.cli.Main",
                        "run",
                        "--config",
                        "my file.properties",
                        "*",
                        "")
                .contains(
                        "-Xmx192m",
                        "-XX:+UseSerialGC",
                        "-XX:NewRatio=1",
                        "-XX:SurvivorRatio=3",
                        "-XX:MaxInlineLevel=9",
                        "-XX:Tier4InvocationThreshold=60000",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-Duser.timezone=UTC",
                        "-Dfile.encoding=UTF-8",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dfactstream.home=" + home);
        assertThat(run.errors).isEmpty();
    }

    @Test
    void a_missing_duckdb_library_is_named_with_the_mend() throws Exception {
        for (Map.Entry<String, String> platform : PLATFORMS.entrySet()) {
            machine(platform.getKey());
            Files.delete(library(platform.getValue()));

            Run run = run("run");

            assertThat(run.exitCode).isOne();
            assertThat(run.arguments).isEmpty();
            assertThat(run.errors)
                    .isEqualTo(
                            "factstream: %s is missing. Copy the distribution whole; an image has the library of its own"
                                            .formatted(library(platform.getValue()))
                                    + " platform only.\n");
        }
    }

    @Test
    void a_machine_without_a_duckdb_library_is_refused_with_those_that_have_one() throws Exception {
        machine("Linux riscv64");

        assertThat(run("run").errors)
                .isEqualTo(
                        "factstream: this is Linux riscv64, for which there is no DuckDB library. Use Linux on x86_64 or"
                                + " aarch64, or macOS on arm64.\n");
    }

    @Test
    void an_archive_that_cannot_be_written_is_refused_before_it_is_made() throws Exception {
        Path script = Files.copy(ARCHIVER, home.resolve("bin/archive-classes"));
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("r-xr-xr-x"));
        assumeFalse(Files.isWritable(home), "this user may write everything");

        Run run = runScript(script);

        assertThat(run.exitCode).isOne();
        assertThat(run.errors)
                .isEqualTo(
                        "archive-classes: %s, where the archive is to lie, cannot be written. Run this as the folder's"
                                        .formatted(home)
                                + " owner.\n");
    }

    @Test
    void an_archive_of_classes_is_used_where_there_is_one() throws Exception {
        assertThat(run("run").arguments).noneMatch(argument -> argument.startsWith("-XX:SharedArchiveFile"));

        Path archive = Files.createFile(home.resolve("factstream.jsa"));

        // One that does not fit is no reason to say anything.
        assertThat(run("run").arguments).contains("-XX:SharedArchiveFile=" + archive, "-Xlog:cds*=off");
    }

    @Test
    void the_archive_is_made_of_the_classes_of_a_demo_but_for_lambdas() throws Exception {
        Path script = Files.copy(ARCHIVER, home.resolve("bin/archive-classes"));
        executable(Path.of(environment.get("JAVA_HOME"), "bin/java"), JAVA_WITH_CLASSES);

        Run run = runScript(script);

        assertThat(run.exitCode).as(run.errors).isZero();
        assertThat(home.resolve("factstream.jsa")).hasContent("java/lang/Object id: 0\nio/factstream/cli/Main id: 1");
    }

    @Test
    void no_archive_is_made_when_the_demo_fails_and_what_it_said_is_shown() throws Exception {
        Path script = Files.copy(ARCHIVER, home.resolve("bin/archive-classes"));
        Path older = Files.createFile(home.resolve("factstream.jsa"));

        Run run = runScript(script);

        assertThat(run.exitCode).isOne();
        assertThat(run.errors).contains("demo", "archive-classes: factstream demo --rows 1000 failed");
        assertThat(older).doesNotExist();
    }

    @Test
    void the_demo_may_use_half_of_the_memory_for_the_events_of_its_hub() throws Exception {
        assertThat(run("demo").arguments)
                .contains("-XX:MaxRAMPercentage=50")
                .doesNotContain("-Xmx192m", "-XX:NewRatio=1");
    }

    @Test
    void the_c_library_keeps_few_pools_of_memory_unless_somebody_says_otherwise() throws Exception {
        assertThat(run("run").arenas).isEqualTo("2");

        environment.put("MALLOC_ARENA_MAX", "4");

        assertThat(run("run").arenas).isEqualTo("4");
    }

    @Test
    void the_launcher_becomes_java_so_that_signals_and_the_exit_code_are_java_s() throws Exception {
        Run run = run("run");

        assertThat(run.javaPid).isEqualTo(run.launcherPid);
        assertThat(run.exitCode).isEqualTo(7);
    }

    @Test
    void the_distribution_is_found_through_links_and_from_any_folder() throws Exception {
        Path links = Files.createDirectory(folder.resolve("links"));
        Files.createSymbolicLink(links.resolve("relative"), Path.of("../fact stream/bin/factstream"));
        Path absolute = Files.createSymbolicLink(links.resolve("absolute"), links.resolve("relative"));

        Run run = runScript(absolute, "run");

        assertThat(run.arguments).contains("-Dfactstream.home=" + home);
    }

    @Test
    void own_options_come_after_the_launcher_s_and_are_not_taken_for_file_names() throws Exception {
        environment.put("FACTSTREAM_JAVA_OPTS", "-Xmx1g  -Da=*");

        Run run = run("run");

        assertThat(run.arguments).containsSubsequence("-Xmx192m", "-Xmx1g", "-Da=*", "-cp");
    }

    @Test
    void another_collector_replaces_the_launcher_s() throws Exception {
        environment.put("FACTSTREAM_JAVA_OPTS", "-XX:+UseG1GC");

        assertThat(run("run").arguments).contains("-XX:+UseG1GC").doesNotContain("-XX:+UseSerialGC");
    }

    @ParameterizedTest
    @ValueSource(strings = {"24", "25.0.3", "26-ea"})
    void a_newer_java_is_kept_from_warning_of_unsafe(String version) throws Exception {
        javaHome(version);

        assertThat(run("run").arguments).contains("--sun-misc-unsafe-memory-access=allow");
    }

    @ParameterizedTest
    @ValueSource(strings = {"17", "21.0.2"})
    void an_older_java_does_not_get_options_it_refuses(String version) throws Exception {
        javaHome(version);

        assertThat(run("run").arguments).doesNotContain("--sun-misc-unsafe-memory-access=allow");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.8.0_392", "11.0.2", "16"})
    void a_java_that_is_too_old_is_refused(String version) throws Exception {
        javaHome(version);

        Run run = run("run");

        assertThat(run.exitCode).isEqualTo(1);
        assertThat(run.errors).contains("too old").contains("Java 17");
        assertThat(run.arguments).isEmpty();
    }

    @Test
    void a_java_home_without_java_is_refused() throws Exception {
        environment.put("JAVA_HOME", folder.toString());

        Run run = run("run");

        assertThat(run.exitCode).isEqualTo(1);
        assertThat(run.errors).contains("there is no bin/java in it");
    }

    @Test
    void java_is_found_on_the_path_where_java_home_is_not_set() throws Exception {
        environment.put("PATH", environment.get("JAVA_HOME") + "/bin:" + environment.get("PATH"));
        environment.remove("JAVA_HOME");

        assertThat(run("run").exitCode).isEqualTo(7);
    }

    @Test
    void a_missing_java_is_told_with_what_to_do() throws Exception {
        Path tools = Files.createDirectory(folder.resolve("tools"));
        for (String tool : List.of("dirname", "readlink", "sed", "head")) {
            executable(tools.resolve(tool), "#!/bin/sh\nexec '" + tool(tool) + "' \"$@\"\n");
        }
        environment.put("PATH", tools.toString());
        environment.remove("JAVA_HOME");

        Run run = run("run");

        assertThat(run.exitCode).isEqualTo(1);
        assertThat(run.errors).contains("no Java was found. Install Java 17 or newer, or set JAVA_HOME to its folder.");
    }

    @Test
    void jmx_is_off_unless_asked_for() throws Exception {
        assertThat(run("run").arguments).noneMatch(argument -> argument.contains("jmxremote"));
    }

    @Test
    void jmx_listens_on_this_machine_only() throws Exception {
        environment.put("FACTSTREAM_JMX_PORT", "9010");

        assertThat(run("run").arguments)
                .contains(
                        "-Dcom.sun.management.jmxremote.port=9010",
                        "-Dcom.sun.management.jmxremote.rmi.port=9010",
                        "-Dcom.sun.management.jmxremote.host=127.0.0.1",
                        "-Djava.rmi.server.hostname=127.0.0.1");
    }

    @Test
    void the_address_of_a_service_of_kubernetes_opens_no_jmx() throws Exception {
        environment.put("FACTSTREAM_JMX_PORT", "tcp://10.0.0.1:9010");

        Run run = run("run");

        assertThat(run.arguments).isNotEmpty().noneMatch(argument -> argument.contains("jmxremote"));
        assertThat(run.errors).contains("FACTSTREAM_JMX_PORT is the address of a service");
    }

    @Test
    void jmx_is_left_to_the_commands_that_last() throws Exception {
        environment.put("FACTSTREAM_JMX_PORT", "9010");

        assertThat(run("health").arguments).noneMatch(argument -> argument.contains("jmxremote"));
        assertThat(run("--verbose", "demo").arguments).anyMatch(argument -> argument.contains("jmxremote.port"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "10.1.2.3", "::", "factstream.example.com"})
    void jmx_beyond_this_machine_needs_passwords(String host) throws Exception {
        environment.put("FACTSTREAM_JMX_PORT", "9010");
        environment.put("FACTSTREAM_JMX_HOST", host);

        Run run = run("run");

        assertThat(run.exitCode).isEqualTo(1);
        assertThat(run.errors).contains("FACTSTREAM_JMX_PASSWORD_FILE");
        assertThat(run.arguments).isEmpty();
    }

    @Test
    void jmx_beyond_this_machine_uses_tls_and_passwords() throws Exception {
        environment.put("FACTSTREAM_JMX_PORT", "9010");
        environment.put("FACTSTREAM_JMX_HOST", "10.1.2.3");
        environment.put("FACTSTREAM_JMX_PASSWORD_FILE", "/run/secrets/pass word");
        environment.put("FACTSTREAM_JMX_ACCESS_FILE", "/run/secrets/access");

        assertThat(run("run").arguments)
                .contains(
                        "-Dcom.sun.management.jmxremote.host=10.1.2.3",
                        "-Dcom.sun.management.jmxremote.authenticate=true",
                        "-Dcom.sun.management.jmxremote.password.file=/run/secrets/pass word",
                        "-Dcom.sun.management.jmxremote.access.file=/run/secrets/access",
                        "-Dcom.sun.management.jmxremote.ssl=true",
                        "-Dcom.sun.management.jmxremote.registry.ssl=true");
    }

    @Test
    void one_of_the_two_jmx_files_is_not_enough() throws Exception {
        environment.put("FACTSTREAM_JMX_PORT", "9010");
        environment.put("FACTSTREAM_JMX_PASSWORD_FILE", "/run/secrets/password");

        assertThat(run("run").errors).contains("FACTSTREAM_JMX_ACCESS_FILE, or neither");
    }

    @Test
    void the_variables_it_reads_are_the_documented_ones() throws IOException {
        List<String> read = Pattern.compile("\\$\\{(FACTSTREAM_[A-Z_]+)")
                .matcher(Files.readString(LAUNCHER))
                .results()
                .map((MatchResult match) -> match.group(1))
                .distinct()
                .toList();

        assertThat(read)
                .containsExactlyInAnyOrderElementsOf(KnownSettings.PROCESS_VARIABLES.stream()
                        .filter(variable -> !variable.equals(KnownSettings.CONFIG_FILE))
                        .map(ProcessVariable::name)
                        .toList());
    }

    /** What came of one start: what Java was called with, if it was, and what was said. */
    private record Run(
            int exitCode, long launcherPid, long javaPid, String arenas, List<String> arguments, String errors) {}

    private Run run(String... arguments) throws IOException, InterruptedException {
        return runScript(home.resolve("bin/factstream"), arguments);
    }

    private Run runScript(Path script, String... arguments) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        Path errors = folder.resolve("errors");
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        List<String> lines = new ArrayList<>(Files.readAllLines(output, StandardCharsets.UTF_8));
        boolean java = !lines.isEmpty() && lines.get(0).startsWith("pid=");
        long javaPid = java ? Long.parseLong(lines.remove(0).substring("pid=".length())) : -1;
        String arenas = java ? lines.remove(0) : "";
        return new Run(process.exitValue(), process.pid(), javaPid, arenas, lines, Files.readString(errors));
    }

    private void javaHome(String version) throws IOException {
        Path java = folder.resolve("java " + version).resolve("bin/java");
        Files.createDirectories(java.getParent());
        executable(java, JAVA.formatted(version));
        environment.put("JAVA_HOME", folder.resolve("java " + version).toString());
    }

    private Path library(String platform) {
        return home.resolve("lib/libduckdb_java.so_" + platform);
    }

    /** Puts a {@code uname} that says so before the system's. */
    private void machine(String told) throws IOException {
        Path tools = Files.createDirectories(folder.resolve("tools"));
        executable(tools.resolve("uname"), "#!/bin/sh\necho '" + told + "'\n");
        environment.put("PATH", tools + ":" + System.getenv("PATH"));
    }

    private static void executable(Path file, String script) throws IOException {
        Files.writeString(file, script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static Path tool(String name) {
        return Pattern.compile(":")
                .splitAsStream(System.getenv("PATH"))
                .map(entry -> Path.of(entry, name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow();
    }
}
