package io.factstream.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A connection string that was understood: where it leads, and whether it names a hub.
 *
 * <p>Nothing of a string that was not understood is ever shown, for the key may stand anywhere in it. It takes what the
 * Azure SDK takes (names in any case, a shared access key or a signature) and refuses the rest in words that say what to
 * do.
 */
public final class EventHubsConnectionString {

    private static final String ENDPOINT = "Endpoint";
    private static final String KEY_NAME = "SharedAccessKeyName";
    private static final String KEY = "SharedAccessKey";
    private static final String SIGNATURE = "SharedAccessSignature";
    private static final String ENTITY_PATH = "EntityPath";
    private static final List<String> NAMES =
            List.of(ENDPOINT, KEY_NAME, KEY, SIGNATURE, ENTITY_PATH, "UseDevelopmentEmulator");

    private static final String COPY_IT_AGAIN =
            "Copy it again from the shared access policies of the namespace or hub: "
                    + "Endpoint=sb://<namespace>.servicebus.windows.net/;SharedAccessKeyName=<name>;SharedAccessKey=<key>";

    private final String text;
    private final String host;
    private final Optional<String> entityPath;

    private EventHubsConnectionString(String text, String host, Optional<String> entityPath) {
        this.text = text;
        this.host = host;
        this.entityPath = entityPath;
    }

    /**
     * Understands a connection string.
     *
     * @param where where it was set, for the refusal
     * @throws ConfigurationException if it is none; it does not hold the string
     */
    public static EventHubsConnectionString parse(String where, Secret connectionString) {
        String text = connectionString.reveal().strip().replaceFirst(";+$", "");
        if (text.startsWith("\"") || text.startsWith("'")) {
            throw new ConfigurationException(
                    where, "the connection string stands in quotation marks", "Remove the quotation marks");
        }
        Map<String, String> parts = parts(where, text);
        String endpoint = parts.getOrDefault(ENDPOINT, "");
        if (endpoint.isEmpty()) {
            throw new ConfigurationException(where, "the connection string has no Endpoint", COPY_IT_AGAIN);
        }
        boolean hasKeyName = !parts.getOrDefault(KEY_NAME, "").isEmpty();
        boolean hasKey = !parts.getOrDefault(KEY, "").isEmpty();
        boolean hasSignature = !parts.getOrDefault(SIGNATURE, "").isEmpty();
        if (hasSignature && (hasKeyName || hasKey)) {
            throw new ConfigurationException(
                    where, "the connection string has both a SharedAccessKey and a SharedAccessSignature", "Keep one");
        }
        if (!hasSignature && !hasKey) {
            throw new ConfigurationException(where, "the connection string has no SharedAccessKey", COPY_IT_AGAIN);
        }
        if (!hasSignature && !hasKeyName) {
            throw new ConfigurationException(where, "the connection string has no SharedAccessKeyName", COPY_IT_AGAIN);
        }
        Optional<String> entityPath =
                Optional.ofNullable(parts.get(ENTITY_PATH)).filter(path -> !path.isEmpty());
        return new EventHubsConnectionString(text, host(where, endpoint), entityPath);
    }

    private static Map<String, String> parts(String where, String text) {
        Map<String, String> parts = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        String[] pairs = text.split(";", -1);
        for (int i = 0; i < pairs.length; i++) {
            String[] pair = pairs[i].split("=", 2);
            String name = pair[0].strip();
            if (pair.length < 2 || NAMES.stream().noneMatch(name::equalsIgnoreCase)) {
                throw new ConfigurationException(
                        where,
                        "part " + (i + 1) + " of the connection string's " + pairs.length + " is none of "
                                + String.join(", ", NAMES),
                        COPY_IT_AGAIN);
            }
            if (parts.putIfAbsent(name, pair[1].strip()) != null) {
                throw new ConfigurationException(
                        where, "part " + (i + 1) + " of the connection string repeats an earlier one", COPY_IT_AGAIN);
            }
        }
        return parts;
    }

    private static String host(String where, String endpoint) {
        String withScheme = endpoint.contains("://") ? endpoint : "sb://" + endpoint;
        String host;
        try {
            host = new URI(withScheme.toLowerCase(Locale.ROOT)).getHost();
        } catch (URISyntaxException invalid) {
            // Not kept as the cause: it holds what was written, and in a garbled string that can be the key.
            host = null;
        }
        if (host == null) {
            throw new ConfigurationException(
                    where, "the Endpoint of the connection string is no address of a host", COPY_IT_AGAIN);
        }
        return host;
    }

    /** The host it leads to, such as {@code retail.servicebus.windows.net}; in small letters. */
    public String host() {
        return host;
    }

    /** The hub it names, if it names one. */
    public Optional<String> entityPath() {
        return entityPath;
    }

    /**
     * The connection string, naming a hub as the Azure SDK and Camel's endpoint need it.
     *
     * @param hub the hub's name, which must be that of {@link #entityPath()} where there is one
     */
    public Secret forHub(String hub) {
        if (entityPath.isPresent()) {
            if (!entityPath.get().equals(hub)) {
                throw new IllegalArgumentException("the connection string is for another hub");
            }
            return new Secret(text);
        }
        return new Secret(
                text.replaceFirst("(?i);\\s*" + ENTITY_PATH + "\\s*=\\s*(?=;|$)", "") + ";" + ENTITY_PATH + "=" + hub);
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "connection string for " + host
                + entityPath.map(path -> "/" + path).orElse("");
    }
}
