package io.factstream.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Lets streams read again that somebody paused. */
@Command(
        name = "resume",
        mixinStandardHelpOptions = true,
        description = "Lets paused streams go on from their watermarks.",
        footer = {
            "",
            "A running runtime obeys within two seconds. What was loaded meanwhile is read first to last.",
            "Exit codes: 0 obeyed or left for the next start, 1 a runtime runs and did not obey, 2 refused.",
            "Examples:  factstream resume receipt-created",
            "           factstream resume --all"
        })
final class ResumeCommand implements Callable<Integer> {

    @Mixin
    private PauseWish wish = new PauseWish();

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        return wish.carryOut(false, spec.commandLine().getOut());
    }
}
