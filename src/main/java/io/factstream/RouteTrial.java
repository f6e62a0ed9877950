package io.factstream;

import io.factstream.config.ConfigurationException;
import io.factstream.config.ConfigurationException.Problem;
import io.factstream.config.Settings;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Route files given to Camel on trial: a runtime of its own loads them, as the real one would, and starts none of them.
 * It finds what only Camel can tell: steps, components and options that do not exist. Its state is a folder of its own,
 * and it knows no hub.
 */
final class RouteTrial implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RouteTrial.class);

    private final TemporaryFolder folder;
    private final Application application;

    /**
     * Loads the shared flow.
     *
     * @throws ConfigurationException when that cannot work
     */
    RouteTrial(Settings settings) {
        folder = new TemporaryFolder("factstream-trial");
        Application trial = Application.onTrial(settings, folder.path().resolve("state.db"));
        try {
            trial.start();
        } catch (RuntimeException e) {
            trial.close();
            removeFolder();
            throw e;
        }
        application = trial;
    }

    /** Loads one more route file; returns what Camel says against it, nothing when it would run. */
    List<Problem> load(Path file) {
        try {
            application.load(file);
            return List.of();
        } catch (ConfigurationException e) {
            return e.problems();
        }
    }

    @Override
    public void close() {
        application.close();
        removeFolder();
    }

    private void removeFolder() {
        try {
            folder.close();
        } catch (UncheckedIOException e) {
            LOG.debug("folder={} could not be removed", folder.path(), e);
        }
    }
}
