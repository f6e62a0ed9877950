package io.factstream;

import io.factstream.stream.FactStream;
import io.factstream.stream.StreamDefinition;
import java.util.Map;

/** What taking up a change needs of the running runtime. */
interface RouteSwitch {

    /**
     * Loads and starts the routes of a file, as they are in a version of it.
     *
     * @param definitions what its streams are, by id
     * @throws io.factstream.config.ConfigurationException when Camel does not take it
     */
    void load(RouteVersion version, Map<String, StreamDefinition> definitions);

    /** Stops and removes the routes of a file, and those that run its streams. */
    void remove(RouteVersion version);

    /** Removes what was made of a file that failed to load; a stream that ran before stays, without routes. */
    void discard(RouteVersion version);

    /** Saves what a stream has done, before it goes. */
    void saveCounts(FactStream stream);

    /** A stream is no longer there: takes it out of what is shown. */
    void forget(String stream);

    /** Shows the streams and hubs that there are now. */
    void show();
}
