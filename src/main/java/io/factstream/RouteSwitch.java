package io.factstream;

import io.factstream.stream.FactStream;

/** What taking up a change needs of the running runtime. */
interface RouteSwitch {

    /**
     * Loads and starts the routes of a file, as they are in a version of it.
     *
     * @throws io.factstream.config.ConfigurationException when Camel does not take it
     */
    void load(RouteVersion version);

    /** Stops and removes the routes of a file, and those that run its streams. */
    void remove(RouteVersion version);

    /** Saves what a stream has done, before it goes. */
    void saveCounts(FactStream stream);

    /** A stream is no longer there: takes it out of what is shown. */
    void forget(String stream);

    /** Shows the streams and hubs that there are now. */
    void show();
}
