package io.factstream.stream;

import java.sql.Connection;
import java.sql.SQLException;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds the source open from planning a page to reading it, and lets go of it however the poll ends. */
final class Lease extends SynchronizationAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(Lease.class);

    private final Connection connection;

    Lease(Connection connection) {
        this.connection = connection;
    }

    Connection connection() {
        return connection;
    }

    /** Closes the source; closing it twice does nothing. */
    void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            // Nothing was written through it, so no row depends on this.
            LOG.warn("source could not be closed: {}", e.getMessage(), e);
        }
    }

    @Override
    public void onDone(Exchange exchange) {
        close();
    }
}
