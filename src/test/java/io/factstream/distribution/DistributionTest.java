package io.factstream.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.config.SettingsLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DistributionTest {

    @Test
    void the_scripts_can_be_run() {
        assertThat(Path.of("src/main/dist/bin/factstream")).isExecutable();
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

    @Test
    void the_build_runs_one_command() throws IOException {
        assertThat(Files.readAllLines(Path.of(".ci/run")))
                .filteredOn(line -> !line.startsWith("#"))
                .containsExactly(
                        "set -euo pipefail", "cd \"$(dirname \"${BASH_SOURCE[0]}\")/..\"", "mvn -B -ntp verify");
    }
}
