package io.factstream;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every fault of a hub that strikes when the fault is there before anything was sent. */
class FaultAtTheFirstSendTest {

    @ParameterizedTest(name = "{0}")
    @MethodSource("io.factstream.FaultMatrix#faults")
    void holds_shows_and_recovers_with_nothing_lost(FaultMatrix.Row fault, @TempDir Path folder) {
        FaultMatrix.atTheFirstSend(fault, folder);
    }
}
