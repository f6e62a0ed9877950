package io.factstream.localhub;

import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** What all connections share: the hubs, the keys, the limits and what goes wrong. Safe for all threads. */
final class Namespace {

    /**
     * What the hubs allow.
     *
     * @param maxMessageSize bytes of one batch on the wire
     * @param idleTimeout how long a client may say nothing, not even that it is there
     */
    record Limits(int maxMessageSize, Duration idleTimeout) {}

    private final ConcurrentSkipListMap<String, Hub> hubs = new ConcurrentSkipListMap<>(String.CASE_INSENSITIVE_ORDER);
    private final SharedAccessKeys keys;
    private final Limits limits;
    private final Retention retention;
    private final Capacity capacity;
    private final Clock clock;
    private final Faults faults;

    Namespace(
            Map<String, Hub> hubs,
            SharedAccessKeys keys,
            Limits limits,
            Retention retention,
            Capacity capacity,
            Clock clock,
            Faults faults) {
        this.hubs.putAll(hubs);
        this.keys = keys;
        this.limits = limits;
        this.retention = retention;
        this.capacity = capacity;
        this.clock = clock;
        this.faults = faults;
    }

    /** Null when there is none of that name; upper and lower case are the same. */
    @Nullable
    Hub hub(String name) {
        return hubs.get(name);
    }

    /** Puts a hub into the place of one of that name. */
    void replace(Hub hub) {
        hubs.put(hub.name(), hub);
    }

    Collection<Hub> hubs() {
        return hubs.values();
    }

    SharedAccessKeys keys() {
        return keys;
    }

    Limits limits() {
        return limits;
    }

    Retention retention() {
        return retention;
    }

    Capacity capacity() {
        return capacity;
    }

    Clock clock() {
        return clock;
    }

    Faults faults() {
        return faults;
    }

    /** The words by which the SDKs recognise that something does not exist at all. */
    static String notFound(String entity) {
        return "The messaging entity '" + entity + "' could not be found";
    }
}
