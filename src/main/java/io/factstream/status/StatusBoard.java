package io.factstream.status;

import java.util.List;

/**
 * Where a runtime puts up how its streams are, for other processes to read.
 *
 * <p>When {@link #putUp} returns, its change is there for others. Safe for use by any number of threads and processes.
 * Every method throws the store's own unchecked exception when the store cannot be read or written.
 */
public interface StatusBoard {

    /** Puts up the reports of all streams of a runtime, in place of whatever was there. */
    void putUp(List<StreamReport> reports);

    /** What was put up last, by stream; it stays when the runtime ends. */
    List<StreamReport> reports();
}
