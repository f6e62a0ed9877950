package io.factstream.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A command as a person ran it.
 *
 * @param out what it wrote to standard output
 * @param errors what it wrote to standard error, log lines excepted
 */
record CommandRun(int code, String out, String errors) {

    /** Runs a command to its end. */
    static CommandRun of(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter errors = new StringWriter();
        int code = Main.commandLine(arguments)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(errors, true))
                .execute(arguments);
        return new CommandRun(code, out.toString(), errors.toString());
    }

    /** As above, with settings by {@code --set} behind the arguments. */
    static CommandRun with(Map<String, ?> settings, List<String> arguments) {
        List<String> all = new ArrayList<>(arguments);
        settings.forEach((key, value) -> all.addAll(List.of("--set", key + "=" + value)));
        return of(all.toArray(String[]::new));
    }
}
