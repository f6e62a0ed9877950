package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.cli.Main;
import io.factstream.localhub.LocalEventHubs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which files commands use, by the folder in which a person starts them. */
class WorkingFolderTest {

    private final Path folder;
    private final Path home;
    private final Path facts;

    WorkingFolderTest(@TempDir Path folder) {
        this.folder = folder;
        this.home = folder.resolve("distribution");
        this.facts = folder.resolve("facts.duckdb");
    }

    @BeforeEach
    void a_distribution_and_a_table_of_ones_own() throws Exception {
        copy(Path.of("routes"), home.resolve("routes"));
        copy(Path.of("routes", "flow"), home.resolve("routes").resolve("flow"));
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + facts);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE orders AS SELECT TIMESTAMP '2026-01-01' + to_minutes(range) AS ordered_at,"
                    + " range AS order_id FROM range(5)");
        }
    }

    @Test
    void a_folder_made_by_init_is_all_that_a_first_stream_needs() throws Exception {
        String init = run(folder, 0, "init", "shop", "--source", facts.toString());
        Path shop = folder.resolve("shop");
        String drafted = run(shop, 0, "new", "orders", "--table", "orders");
        String validated = run(shop, 0, "validate");
        String streamed;
        try (LocalEventHubs hubs = LocalEventHubs.builder().hub("shop", 1).start()) {
            streamed =
                    run(shop, 0, "run", "--once", "-D", "eventhubs.connection-string=" + hubs.connectionString("shop"));
        }

        assertThat(init).contains("made shop/routes", "made shop/application.properties", "factstream new");
        assertThat(drafted).contains("wrote " + shop.resolve("routes/orders.sql"));
        assertThat(validated).contains("1 stream examined of " + shop.resolve("routes"));
        assertThat(streamed).contains("routes=" + shop.resolve("routes"));
        assertThat(shop.resolve("routes/flow")).doesNotExist();
    }

    /** In the place of a checkout that was built, and with {@code factstream} on the path, as its launcher would be. */
    @Test
    void the_commands_of_the_readme_add_a_table_one_after_the_other() throws Exception {
        String readme = Files.readString(Path.of("README.md"));
        String section = readme.substring(readme.indexOf("## Add a table"), readme.indexOf("## Run it against Azure"));
        Path script = Files.writeString(
                folder.resolve("section.sh"),
                "set -eu\n"
                        + block(section, "sh")
                        + "cp \"$1/refund-paid.sql\" \"$1/refund-paid.camel.yaml\" routes/\nfactstream validate\n");
        Files.writeString(folder.resolve("refund-paid.sql"), block(section, "sql"));
        Files.writeString(folder.resolve("refund-paid.camel.yaml"), block(section, "yaml"));
        Path launcher =
                Files.createDirectories(folder.resolve("target/factstream/bin")).resolve("factstream");
        Files.writeString(launcher, "#!/bin/sh\nexec " + String.join(" ", java()) + " \"$@\"\n");
        assertThat(launcher.toFile().setExecutable(true)).isTrue();

        String printed = finish(0, folder, List.of("sh", script.toString(), folder.toString()));

        assertThat(printed)
                .contains("0 of them repeated")
                .contains("made target/shop/routes")
                .contains("routes/refund-paid.sql")
                .contains("\"event_type\":\"refund_paid\"")
                .contains("0 errors");
    }

    private static String block(String section, String language) {
        int start = section.indexOf("```" + language + "\n") + language.length() + 4;
        return section.substring(start, section.indexOf("```", start));
    }

    @Test
    void the_shipped_streams_over_a_foreign_source_are_one_mistake_told_with_the_way_on() throws Exception {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        String source = "factstream.source.file=" + facts;

        String validated = run(elsewhere, 2, "validate", "-D", source);
        String streamed = run(
                elsewhere,
                2,
                "run",
                "-D",
                source,
                "-D",
                "eventhubs.connection-string=Endpoint=sb://localhost;SharedAccessKeyName=k;SharedAccessKey=v;EntityPath=h");

        assertThat(List.of(validated, streamed)).allSatisfy(out -> assertThat(out)
                .contains(home.resolve("routes") + ": ")
                .contains("holds the 20 streams that come with FactStream")
                .contains("has no table that one of them reads; it has orders")
                .contains("Name the folder of your own streams by factstream.routes")
                .doesNotContain("Catalog Error"));
        assertThat(validated).contains("1 error,");
    }

    @Test
    void new_writes_into_the_working_folder_and_never_into_the_distribution() throws Exception {
        Path here = Files.createDirectory(folder.resolve("here"));
        List<String> create = List.of("new", "orders", "--table", "orders", "-D", "factstream.source.file=" + facts);
        List<Path> before = all(home);

        String written = run(here, 0, create.toArray(String[]::new));
        List<String> intoTheDistribution = new ArrayList<>(create);
        intoTheDistribution.addAll(List.of("-D", "factstream.routes=" + home.resolve("routes")));
        String refused = run(here, 2, intoTheDistribution.toArray(String[]::new));

        assertThat(written).contains("wrote " + here.resolve("routes/orders.camel.yaml"));
        assertThat(refused).contains("belongs to the distribution", "factstream init");
        assertThat(all(home)).isEqualTo(before);
    }

    @Test
    void init_writes_over_nothing_and_copies_the_flow_when_asked() throws Exception {
        run(folder, 0, "init", "mine", "--with-flow");
        Path settings = folder.resolve("mine/application.properties");
        Files.writeString(settings, "# mine\n");

        String again = run(folder, 2, "init", "mine");

        assertThat(folder.resolve("mine/routes/flow/fact-stream.kamelet.yaml"))
                .hasSameTextualContentAs(home.resolve("routes/flow/fact-stream.kamelet.yaml"));
        assertThat(again).contains("application.properties: is there already");
        assertThat(settings).hasContent("# mine\n");
    }

    private static List<Path> all(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.sorted().toList();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    /** What a command prints, started in a folder by the distribution's launcher. */
    private String run(Path workingFolder, int code, String... arguments) throws IOException, InterruptedException {
        List<String> command = java();
        command.addAll(List.of(arguments));
        return finish(code, workingFolder, command);
    }

    private List<String> java() {
        return JavaProcess.command(Main.class, "-Dfactstream.home=" + home);
    }

    private String finish(int code, Path workingFolder, List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "output", ".txt");
        Process process = new ProcessBuilder(command)
                .directory(workingFolder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        String printed = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(printed).isEqualTo(code);
        return printed;
    }
}
