package io.factstream.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Stops streams from reading, for as long as a person likes. */
@Command(
        name = "pause",
        mixinStandardHelpOptions = true,
        description = "Pauses streams: each finishes its page and reads no further until it is resumed.",
        footer = {
            "",
            "The wish lies in the state, with who and when. A running runtime obeys within two seconds; a runtime that is",
            "started later, however often, starts with the stream paused.",
            "Exit codes: 0 obeyed or left for the next start, 1 a runtime runs and did not obey, 2 refused.",
            "Examples:  factstream pause receipt-created",
            "           factstream pause --all"
        })
final class PauseCommand implements Callable<Integer> {

    @Mixin
    private PauseWish wish = new PauseWish();

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        return wish.carryOut(true, spec.commandLine().getOut());
    }
}
