package io.factstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What all commands have in common. */
class CommandsTest {

    /** They print a script and texts of help. */
    private static final Set<String> FOR_PEOPLE_ALONE = Set.of("factstream completion", "factstream help");

    static List<CommandLine> commands() {
        List<CommandLine> all = new ArrayList<>();
        collect(Main.commandLine(), all);
        return all;
    }

    /** Those that do something, which those with commands below them do not. */
    private static void collect(CommandLine command, List<CommandLine> all) {
        if (command.getSubcommands().isEmpty()) {
            all.add(command);
        }
        command.getSubcommands().values().forEach(below -> collect(below, all));
    }

    static Stream<CommandLine> commandsWithAResult() {
        return commands().stream()
                .filter(command ->
                        !FOR_PEOPLE_ALONE.contains(command.getCommandSpec().qualifiedName()));
    }

    @ParameterizedTest
    @MethodSource("commandsWithAResult")
    void each_command_has_json_and_its_help_has_an_example(CommandLine command) {
        assertThat(command.getCommandSpec().findOption("--json")).isNotNull();
        assertThat(String.join("\n", command.getCommandSpec().usageMessage().footer()))
                .containsPattern("Examples?: .*factstream");
        assertThat(command.getCommandSpec().usageMessage().description()).isNotEmpty();
    }

    @Test
    void a_command_that_is_named_first_is_learned_alone_and_else_all_are() {
        assertThat(Main.commandLine("run", "--once").getSubcommands()).containsOnlyKeys("run");

        assertThat(List.of("rum", "--help", "help", "completion"))
                .allSatisfy(first -> assertThat(Main.commandLine(first).getSubcommands())
                        .containsOnlyKeys(Main.commandLine().getSubcommands().keySet())
                        .hasSizeGreaterThan(15));
    }

    @Test
    void a_demo_of_no_rows_is_refused() {
        CommandRun run = CommandRun.of("demo", "--rows", "0");

        assertThat(run.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(run.errors()).contains("--rows: 0 is too few. Give at least 1");
    }

    @Test
    void bash_takes_the_completion_and_completes_commands_and_options(@TempDir Path folder)
            throws IOException, InterruptedException {
        CommandRun run = CommandRun.of("completion");
        assertThat(run.code()).isEqualTo(ExitCodes.DONE);
        Path script = Files.writeString(folder.resolve("completion"), run.out());

        assertThat(completed(script, "factstream", "wat")).contains("watermark");
        assertThat(completed(script, "factstream", "watermark", "rew")).contains("rewind");
        assertThat(completed(script, "factstream", "status", "--js")).contains("--json");
    }

    private static String completed(Path script, String... words) throws IOException, InterruptedException {
        String line = String.join(" ", words);
        Process bash = new ProcessBuilder(
                        "bash",
                        "-c",
                        "source '" + script + "'; COMP_WORDS=(" + line + "); COMP_CWORD=" + (words.length - 1)
                                + "; COMP_LINE='" + line + "'; COMP_POINT=" + line.length()
                                + "; _complete_factstream; echo \"${COMPREPLY[@]}\"")
                .redirectErrorStream(true)
                .start();
        String output = new String(bash.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(bash.waitFor()).as(output).isZero();
        return output;
    }
}
