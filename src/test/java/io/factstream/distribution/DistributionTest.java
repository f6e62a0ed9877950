package io.factstream.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.config.SettingsLoader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DistributionTest {

    @Test
    void the_scripts_can_be_run() {
        assertThat(Path.of("src/main/dist/bin/factstream")).isExecutable();
        assertThat(Path.of("src/main/dist/bin/archive-classes")).isExecutable();
        assertThat(Path.of(".ci/run")).isExecutable();
    }

    @Test
    void the_assembly_makes_the_launcher_executable_and_nothing_else() throws IOException {
        String assembly =
                Files.readString(Path.of("src/main/assembly/distribution.xml")).replaceAll("\\s+", "");

        assertThat(assembly).contains("<outputDirectory>bin</outputDirectory><fileMode>0755</fileMode>");
        assertThat(assembly).containsOnlyOnce("0755");
    }

    @Test
    void whatever_lies_beside_the_embedded_hub_is_packed_in_its_jar_alone() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        List<String> packages;
        try (Stream<Path> folders = Files.list(Path.of("src/localhub/java/io/factstream"))) {
            packages = folders.map(folder -> "io/factstream/" + folder.getFileName() + "/**")
                    .toList();
        }

        assertThat(packages).isNotEmpty();
        assertThat(elements(pom, "exclude")).containsAll(packages);
        assertThat(elements(pom, "include")).containsAll(packages);
        assertThat(Files.readString(Path.of("src/main/assembly/distribution.xml")))
                .contains("<useProjectAttachments>true<");
    }

    private static List<String> elements(String xml, String name) {
        return Pattern.compile("<" + name + ">([^<]+)</")
                .matcher(xml)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }

    @Test
    void the_settings_in_the_distribution_are_settings(@TempDir Path folder) throws IOException {
        String shipped = Files.readString(Path.of("src/main/dist/conf/application.properties"));
        Path uncommented = Files.writeString(folder.resolve("all.properties"), shipped.replaceAll("(?m)^#(?=\\w)", ""));

        SettingsLoader loader = new SettingsLoader(folder, null, Map.of());

        assertThat(loader.load(uncommented, Map.of()).file()).contains(uncommented);
    }

    /** The driver would leave it there when the process is killed. */
    @Test
    void duckdb_loads_the_library_beside_its_jar_and_unpacks_none(@TempDir Path temporary) throws Exception {
        String version = version("duckdb");
        Path lib = Path.of("target", "duckdb", version);
        assertThat(lib).isDirectoryContaining("glob:**/libduckdb_java.so_linux_{amd64,arm64}");

        assertThat(temporaryFiles(
                        temporary,
                        List.of(),
                        lib.resolve("duckdb_jdbc-" + version + ".jar") + File.pathSeparator + "target/test-classes",
                        "jdbc:duckdb:"))
                .isEqualTo("[]");
    }

    /** From a temporary folder that is mounted noexec it could not be loaded. */
    @Test
    void sqlite_loads_the_library_that_the_launcher_names_and_unpacks_none(@TempDir Path temporary) throws Exception {
        String machine = System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x86_64";
        Path lib = Path.of("target", "sqlite", version("sqlite"), "Linux", machine);
        assertThat(lib).isDirectoryContaining("glob:**/libsqlitejdbc.so");
        assertThat(Files.readString(Path.of("src/main/assembly/distribution.xml")))
                .contains("target/sqlite/${sqlite.version}</directory>\n      <outputDirectory>lib/sqlite<");
        assertThat(Files.readString(Path.of("src/main/dist/bin/factstream")))
                .contains("-Dorg.sqlite.lib.path=\"$home/lib/sqlite/$sqlite\"", "sqlite=Linux/" + machine);

        assertThat(temporaryFiles(
                        temporary,
                        List.of("-Dorg.sqlite.lib.path=" + lib),
                        System.getProperty("java.class.path"),
                        "jdbc:sqlite:"))
                .isEqualTo("[]");
    }

    private static String temporaryFiles(Path temporary, List<String> options, String classPath, String url)
            throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + temporary));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, TemporaryFiles.class.getName(), url));
        Process query = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(query.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(query.waitFor()).as(output).isZero();
        return output;
    }

    /** Uses a database, and says which files there are then in the temporary folder. */
    static final class TemporaryFiles {

        private TemporaryFiles() {}

        public static void main(String[] args) throws SQLException {
            try (Connection connection = DriverManager.getConnection(args[0]);
                    Statement statement = connection.createStatement()) {
                statement.execute("SELECT 1");
                System.out.print(Arrays.toString(new File(System.getProperty("java.io.tmpdir")).list()));
            }
        }
    }

    private static String version(String of) throws IOException {
        return Files.readString(Path.of("pom.xml")).replaceFirst("(?s).*<" + of + ".version>([^<]+)<.*", "$1");
    }

    @Test
    void the_build_runs_one_command() throws IOException {
        assertThat(Files.readAllLines(Path.of(".ci/run")))
                .filteredOn(line -> !line.startsWith("#"))
                .containsExactly(
                        "set -euo pipefail", "cd \"$(dirname \"${BASH_SOURCE[0]}\")/..\"", "mvn -B -ntp verify");
    }
}
