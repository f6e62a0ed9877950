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
import java.util.Arrays;
import java.util.Map;
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
    void the_settings_in_the_distribution_are_settings(@TempDir Path folder) throws IOException {
        String shipped = Files.readString(Path.of("src/main/dist/conf/application.properties"));
        Path uncommented = Files.writeString(folder.resolve("all.properties"), shipped.replaceAll("(?m)^#(?=\\w)", ""));

        SettingsLoader loader = new SettingsLoader(folder, null, Map.of());

        assertThat(loader.load(uncommented, Map.of()).file()).contains(uncommented);
    }

    /** The driver would leave it there when the process is killed. */
    @Test
    void duckdb_loads_the_library_beside_its_jar_and_unpacks_none(@TempDir Path temporary) throws Exception {
        Path lib = Path.of("target", "duckdb", version());
        assertThat(lib).isDirectoryContaining("glob:**/libduckdb_java.so_linux_{amd64,arm64}");
        Process query = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Djava.io.tmpdir=" + temporary,
                        "-cp",
                        lib.resolve("duckdb_jdbc-" + version() + ".jar") + File.pathSeparator + "target/test-classes",
                        TemporaryFiles.class.getName())
                .redirectErrorStream(true)
                .start();

        assertThat(new String(query.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("[]");
        assertThat(query.waitFor()).isZero();
    }

    /** Uses DuckDB, and says which files there are then in the temporary folder. */
    static final class TemporaryFiles {

        private TemporaryFiles() {}

        public static void main(String[] args) throws SQLException {
            try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                    Statement statement = connection.createStatement()) {
                statement.execute("SELECT 1");
                System.out.print(Arrays.toString(new File(System.getProperty("java.io.tmpdir")).list()));
            }
        }
    }

    private static String version() throws IOException {
        return Files.readString(Path.of("pom.xml")).replaceFirst("(?s).*<duckdb.version>([^<]+)<.*", "$1");
    }

    @Test
    void the_build_runs_one_command() throws IOException {
        assertThat(Files.readAllLines(Path.of(".ci/run")))
                .filteredOn(line -> !line.startsWith("#"))
                .containsExactly(
                        "set -euo pipefail", "cd \"$(dirname \"${BASH_SOURCE[0]}\")/..\"", "mvn -B -ntp verify");
    }
}
