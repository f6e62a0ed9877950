package io.factstream.localhub;

import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What the tokens presented on one connection allow: each a hub, or the whole namespace, until it expires. Used by the
 * thread of that connection only.
 */
final class Authorizations {

    private static final String NAMESPACE = "";

    private final Map<String, Instant> expiries = new HashMap<>();

    /** @param hub its name, or empty for the namespace */
    void grant(String hub, Instant until) {
        expiries.put(hub.toLowerCase(Locale.ROOT), until);
    }

    /** Allows everything for as long as the connection lasts. */
    void grantAll() {
        grant(NAMESPACE, Instant.MAX);
    }

    boolean allows(String hub, Instant now) {
        return isAfter(hub.toLowerCase(Locale.ROOT), now) || isAfter(NAMESPACE, now);
    }

    private boolean isAfter(String hub, Instant now) {
        return expiries.getOrDefault(hub, Instant.MIN).isAfter(now);
    }
}
