package io.factstream.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one process: every value was read, is of its type and in its range, and goes together with the others.
 * Made by {@link SettingsLoader}; never changes.
 */
public final class Settings {

    private static final int LONGEST_SECRET = 64 * 1024;

    private static final int SHORTEST_TOKEN = 16;

    /**
     * What somebody set.
     *
     * @param origin the file with its line, the environment variable, or the command line
     */
    record Given(String text, String origin) {

        /** Without the text, which may be a secret. */
        @Override
        public String toString() {
            return origin;
        }
    }

    private final Map<String, String> defaults;
    private final Map<String, Given> given;
    private final Map<String, Given> camel;
    private final Optional<Path> file;
    private final Optional<Path> shippedRoutes;
    private final List<String> serviceLinks;

    Settings(
            Map<String, String> defaults,
            Map<String, Given> given,
            Map<String, Given> camel,
            Optional<Path> file,
            Optional<Path> shippedRoutes,
            List<String> serviceLinks) {
        this.defaults = Map.copyOf(defaults);
        this.given = Map.copyOf(given);
        this.camel = Map.copyOf(camel);
        this.file = file;
        this.shippedRoutes = shippedRoutes;
        this.serviceLinks = List.copyOf(serviceLinks);
    }

    /**
     * The value of a setting that has one: because it has a default, or because {@link #validateForRun()} saw to it.
     *
     * @throws ConfigurationException if nobody set it and it has no default
     */
    public <T> T get(Setting<T> setting) {
        return find(setting)
                .orElseThrow(() -> new ConfigurationException(
                        setting.key(), "is not set", "Set it, or " + setting.environmentVariable()));
    }

    /** The value of a setting: the one that was set, else its default, else empty. */
    public <T> Optional<T> find(Setting<T> setting) {
        Given value = given.get(setting.key());
        String text = value == null ? defaults.get(setting.key()) : value.text();
        return Optional.ofNullable(text).map(setting.type()::parse);
    }

    /** The file, line and key, the environment variable or the option that set it; {@code "default"} when nobody did. */
    public String origin(Setting<?> setting) {
        Given value = given.get(setting.key());
        return value == null ? "default" : value.origin();
    }

    /**
     * The file, line and key or the option that set one of Camel's own options.
     *
     * @param option as Camel tells it, such as {@code camel.main.name}; dashes and case may differ from what was written
     * @return the option itself when nobody set it
     */
    public String originOfCamels(String option) {
        return camel.entrySet().stream()
                .filter(entry -> plain(entry.getKey()).equals(plain(option)))
                .map(entry -> entry.getValue().origin())
                .findFirst()
                .orElse(option);
    }

    private static String plain(String option) {
        return option.replace("-", "").toLowerCase(Locale.ROOT);
    }

    /** The file that was read, if there was one. */
    public Optional<Path> file() {
        return file;
    }

    /** The routes folder that came with the distribution; empty when there is no distribution, as in a test. */
    public Optional<Path> shippedRoutes() {
        return shippedRoutes;
    }

    /**
     * Environment variables that have the name of a setting, but hold the address of a service as Kubernetes puts it there;
     * they were left out.
     */
    public List<String> serviceLinks() {
        return serviceLinks;
    }

    /**
     * What {@code {{…}}} in a route can refer to: every setting that has a value and is no secret, under its key, with
     * durations in milliseconds, sizes in bytes and paths in full; and the keys that start with {@code camel.}, as they
     * were given.
     */
    public Properties asCamelProperties() {
        Properties properties = new Properties();
        camel.forEach((key, value) -> properties.setProperty(key, value.text()));
        KnownSettings.all().stream().filter(setting -> !setting.isSecret()).forEach(setting -> written(setting)
                .ifPresent(text -> properties.setProperty(setting.key(), text)));
        return properties;
    }

    private <T> Optional<String> written(Setting<T> setting) {
        return find(setting).map(setting.type()::write);
    }

    /**
     * Checks that a runtime can start with these settings: that the source, the routes and a place for the state are
     * there, and that {@link #hubConnection()} can be made.
     *
     * @throws ConfigurationException naming everything that is missing or wrong
     */
    public void validateForRun() {
        Problems problems = new Problems();
        problems.collect(this::requireSource);
        problems.collect(this::sourceKey);
        requireAllButSource(problems);
        problems.collect(this::managementToken);
        problems.refuseIfAny();
    }

    /**
     * Checks that dead letters can be sent with these settings: all that {@link #validateForRun} checks but the source.
     *
     * @throws ConfigurationException naming everything that is missing or wrong
     */
    public void validateForReplay() {
        Problems problems = new Problems();
        requireAllButSource(problems);
        problems.refuseIfAny();
    }

    private void requireAllButSource(Problems problems) {
        problems.collect(this::requirePlaceForState);
        problems.collect(this::requireRoutes);
        problems.collect(() -> refuseDeadLettersAmongEvents(hubConnection()));
    }

    private void refuseDeadLettersAmongEvents(HubConnection connection) {
        find(KnownSettings.DEAD_LETTER_HUB).filter(connection.hubName()::equals).ifPresent(hub -> {
            throw new ConfigurationException(
                    origin(KnownSettings.DEAD_LETTER_HUB),
                    "names \"" + hub + "\", the hub that events go to",
                    "Name a hub of its own, or remove it: dead letters among the events would be read as such");
        });
    }

    /**
     * The hub to send to and how to be let in. Reads the file of the connection string, if one is named.
     *
     * @throws ConfigurationException if something is missing, malformed or contradicts something else
     */
    public HubConnection hubConnection() {
        return switch (get(KnownSettings.AUTHENTICATION)) {
            case CONNECTION_STRING -> connectionBySharedAccess();
            case AZURE_IDENTITY -> connectionByAzureIdentity();
        };
    }

    private HubConnection connectionByAzureIdentity() {
        Problems problems = new Problems();
        for (Setting<?> unused :
                new Setting<?>[] {KnownSettings.CONNECTION_STRING, KnownSettings.CONNECTION_STRING_FILE}) {
            if (isGiven(unused)) {
                problems.add(
                        origin(unused),
                        "is set, but " + KnownSettings.AUTHENTICATION
                                + " is azure-identity, which uses no connection string",
                        "Remove one of the two");
            }
        }
        Optional<String> namespace = find(KnownSettings.NAMESPACE);
        if (namespace.isEmpty()) {
            problems.add(
                    KnownSettings.NAMESPACE.key(),
                    "is not set, and azure-identity needs it",
                    "Set it, or " + KnownSettings.NAMESPACE.environmentVariable() + ", to the namespace's name");
        }
        Optional<String> hub = find(KnownSettings.HUB_NAME);
        if (hub.isEmpty()) {
            problems.add(KnownSettings.HUB_NAME.key(), "is not set", nameTheHub());
        }
        problems.refuseIfAny();
        return new HubConnection.ByAzureIdentity(namespace.orElseThrow(), hub.orElseThrow());
    }

    private HubConnection connectionBySharedAccess() {
        EventHubsConnectionString connection = connectionString();
        Problems problems = new Problems();
        Optional<String> named = find(KnownSettings.HUB_NAME);
        Optional<String> path = connection.entityPath();
        if (named.isEmpty() && path.isEmpty()) {
            problems.add(
                    KnownSettings.HUB_NAME.key(),
                    "is not set, and the connection string has no EntityPath",
                    nameTheHub());
        }
        if (named.isPresent() && path.isPresent() && !named.equals(path)) {
            problems.add(
                    origin(KnownSettings.HUB_NAME),
                    "names the hub \"" + named.get() + "\", but the connection string is for another (its EntityPath)",
                    "Remove it, or use the connection string of that hub or of its namespace");
        }
        find(KnownSettings.NAMESPACE)
                .filter(namespace -> !connection.host().split("\\.", 2)[0].equals(namespace.toLowerCase(Locale.ROOT)))
                .ifPresent(namespace -> problems.add(
                        origin(KnownSettings.NAMESPACE),
                        "names the namespace \"" + namespace + "\", but the connection string leads elsewhere",
                        "Remove it, or use the connection string of that namespace"));
        problems.refuseIfAny();
        String hub = path.or(() -> named).orElseThrow();
        return new HubConnection.BySharedAccess(connection.forHub(hub), connection.host(), hub);
    }

    private static String nameTheHub() {
        return "Set it, or " + KnownSettings.HUB_NAME.environmentVariable() + ", to the name of the event hub";
    }

    private EventHubsConnectionString connectionString() {
        Optional<Secret> text = find(KnownSettings.CONNECTION_STRING);
        Optional<Path> inFile = find(KnownSettings.CONNECTION_STRING_FILE);
        if (text.isPresent() && inFile.isPresent()) {
            throw new ConfigurationException(
                    origin(KnownSettings.CONNECTION_STRING_FILE),
                    "is set, and so is the connection string itself, by " + origin(KnownSettings.CONNECTION_STRING),
                    "Keep one of the two");
        }
        if (inFile.isPresent()) {
            return EventHubsConnectionString.parse(
                    inFile.get().toString(),
                    readSecret(KnownSettings.CONNECTION_STRING_FILE, inFile.get(), "connection string"));
        }
        return EventHubsConnectionString.parse(
                origin(KnownSettings.CONNECTION_STRING),
                text.orElseThrow(() -> new ConfigurationException(
                        KnownSettings.CONNECTION_STRING.key(),
                        "is not set, so there is no hub to send to",
                        "Set " + KnownSettings.CONNECTION_STRING.environmentVariable() + " to it, or "
                                + KnownSettings.CONNECTION_STRING_FILE.environmentVariable()
                                + " to a file that holds it, or " + KnownSettings.AUTHENTICATION
                                + " to azure-identity; to try FactStream without a hub, `factstream demo` needs none of"
                                + " these")));
    }

    /**
     * What a caller of the management port must name; empty when there is none. Reads its file, if one is named.
     *
     * @throws ConfigurationException if it is set twice, cannot be read, or is too short to keep anybody out
     */
    public Optional<Secret> managementToken() {
        Optional<Path> inFile = find(KnownSettings.MANAGEMENT_TOKEN_FILE);
        Optional<Secret> token = find(KnownSettings.MANAGEMENT_TOKEN);
        if (inFile.isPresent() && token.isPresent()) {
            throw new ConfigurationException(
                    origin(KnownSettings.MANAGEMENT_TOKEN_FILE),
                    "is set, and so is the token itself, by " + origin(KnownSettings.MANAGEMENT_TOKEN),
                    "Keep one of the two");
        }
        Setting<?> given = inFile.isPresent() ? KnownSettings.MANAGEMENT_TOKEN_FILE : KnownSettings.MANAGEMENT_TOKEN;
        Optional<Secret> known = inFile.map(path -> readSecret(KnownSettings.MANAGEMENT_TOKEN_FILE, path, "token"))
                .or(() -> token);
        if (known.isPresent() && known.get().reveal().length() < SHORTEST_TOKEN) {
            throw new ConfigurationException(
                    origin(given),
                    "holds a token of less than " + SHORTEST_TOKEN + " characters",
                    "Use a long random one, such as `openssl rand -hex 24` makes");
        }
        return known;
    }

    /**
     * What the source is encrypted with; empty when it is not. Reads its file.
     *
     * @throws ConfigurationException if that cannot be read or holds nothing
     */
    public Optional<Secret> sourceKey() {
        return find(KnownSettings.SOURCE_KEY_FILE)
                .map(path -> readSecret(KnownSettings.SOURCE_KEY_FILE, path, "key of the source"));
    }

    private Secret readSecret(Setting<Path> setting, Path path, String what) {
        String origin = origin(setting);
        if (!Files.isRegularFile(path)) {
            throw new ConfigurationException(
                    origin,
                    Files.exists(path) ? path + " is no file" : missing(setting, path),
                    "Name a file that holds the secret");
        }
        try {
            if (Files.size(path) > LONGEST_SECRET) {
                throw new ConfigurationException(
                        origin, path + " is too large for a " + what, "Name a file that holds the secret alone");
            }
            // Some editors put a byte order mark first, which is no part of the secret.
            String text = Files.readString(path).replaceFirst("^\uFEFF", "").strip();
            if (text.isEmpty()) {
                throw new ConfigurationException(origin, path + " is empty", "Put the " + what + " into it");
            }
            return new Secret(text);
        } catch (CharacterCodingException binary) {
            throw new ConfigurationException(
                    origin, path + " is not a text in UTF-8", "Name a file that holds the secret alone", binary);
        } catch (IOException unreadable) {
            throw new ConfigurationException(origin, path + " cannot be read", "Let this user read it", unreadable);
        }
    }

    /** Who gives the secret itself in place of its file must not find it in a log. */
    private String missing(Setting<Path> setting, Path path) {
        Given written = given.get(setting.key());
        boolean isPath = written != null && Path.of(written.text()).getNameCount() > 1;
        return isPath && Files.isDirectory(path.resolveSibling(""))
                ? path + " does not exist"
                : "names a file that does not exist" + (isPath ? ", nor does its folder" : "");
    }

    private void requireSource() {
        Optional<Path> source = find(KnownSettings.SOURCE_FILE);
        if (source.isEmpty()) {
            throw new ConfigurationException(
                    KnownSettings.SOURCE_FILE.key(),
                    "is not set, so there is nothing to read",
                    "Set it, or " + KnownSettings.SOURCE_FILE.environmentVariable() + ", to the path of a DuckDB file");
        }
        String wrong = wrongAsFile(source.get());
        if (wrong != null) {
            throw new ConfigurationException(
                    origin(KnownSettings.SOURCE_FILE),
                    source.get() + " " + wrong,
                    "Name a DuckDB file that this user may read");
        }
    }

    private static @Nullable String wrongAsFile(Path path) {
        if (!Files.exists(path)) {
            return "does not exist";
        }
        if (!Files.isRegularFile(path)) {
            return "is no file";
        }
        return Files.isReadable(path) ? null : "may not be read by this user";
    }

    private void requirePlaceForState() {
        Path state = get(KnownSettings.STATE_FILE);
        Optional<Path> source = find(KnownSettings.SOURCE_FILE);
        if (source.isPresent() && isSameFile(source.get(), state)) {
            throw new ConfigurationException(
                    origin(KnownSettings.STATE_FILE),
                    state + " is the source itself",
                    "Name another file: FactStream never writes into its source");
        }
        if (Files.exists(state) && !Files.isRegularFile(state)) {
            throw new ConfigurationException(
                    origin(KnownSettings.STATE_FILE), state + " is no file", "Name a file, which need not exist yet");
        }
        Path folder = state.getParent();
        while (folder != null && !Files.exists(folder)) {
            folder = folder.getParent();
        }
        if (folder == null || !Files.isDirectory(folder) || !Files.isWritable(folder)) {
            throw new ConfigurationException(
                    origin(KnownSettings.STATE_FILE),
                    state + " cannot be created: " + folder + " is no folder that this user may write to",
                    "Name a file in a folder that can be written to");
        }
    }

    private static boolean isSameFile(Path one, Path other) {
        try {
            return one.normalize().equals(other.normalize())
                    || (Files.exists(one) && Files.exists(other) && Files.isSameFile(one, other));
        } catch (IOException unreadable) {
            throw new ConfigurationException(
                    KnownSettings.STATE_FILE.key(),
                    one + " and " + other + " cannot be compared",
                    "Let this user read their folders",
                    unreadable);
        }
    }

    private void requireRoutes() {
        Path routes = get(KnownSettings.ROUTES);
        if (!Files.isDirectory(routes) || !Files.isReadable(routes)) {
            throw new ConfigurationException(
                    isGiven(KnownSettings.ROUTES) ? origin(KnownSettings.ROUTES) : KnownSettings.ROUTES.key(),
                    routes + " is no folder that this user may read",
                    "Set " + KnownSettings.ROUTES + ", or " + KnownSettings.ROUTES.environmentVariable()
                            + ", to the folder with the routes");
        }
    }

    /** @throws ConfigurationException if two values, each right by itself, cannot both be meant */
    void refuseContradictions() {
        Problems problems = new Problems();
        requireOrder(problems, KnownSettings.HOLD_INITIAL_DELAY, KnownSettings.HOLD_MAX_DELAY);
        int tries = 1 + get(KnownSettings.MAX_RETRIES);
        Duration deadline = get(KnownSettings.SEND_DEADLINE);
        // A send given up while the SDK still tries could be stored after the send that repeats it: out of order.
        if (get(KnownSettings.TRY_TIMEOUT).multipliedBy(tries).compareTo(deadline) > 0) {
            problems.add(
                    originOfFirstGiven(
                            KnownSettings.SEND_DEADLINE, KnownSettings.TRY_TIMEOUT, KnownSettings.MAX_RETRIES),
                    KnownSettings.SEND_DEADLINE + " would give a send up while the Azure SDK still tries: "
                            + KnownSettings.TRY_TIMEOUT + " for each of " + tries + " tries is longer",
                    "Raise " + KnownSettings.SEND_DEADLINE + " or lower " + KnownSettings.TRY_TIMEOUT);
        }
        problems.refuseIfAny();
    }

    private void requireOrder(Problems problems, Setting<Duration> shorter, Setting<Duration> longer) {
        if (get(shorter).compareTo(get(longer)) > 0) {
            problems.add(
                    originOfFirstGiven(longer, shorter),
                    shorter + " is longer than " + longer,
                    "Lower the first or raise the second");
        }
    }

    private String originOfFirstGiven(Setting<?>... settings) {
        for (Setting<?> setting : settings) {
            if (isGiven(setting)) {
                return origin(setting);
            }
        }
        throw new IllegalStateException("the defaults contradict each other");
    }

    /** Whether somebody set it, rather than its default being used. */
    public boolean isGiven(Setting<?> setting) {
        return given.containsKey(setting.key());
    }

    /** How many were set and from where; never a value. */
    @Override
    public String toString() {
        return given.size() + " settings given, file "
                + file.map(Path::toString).orElse("none");
    }
}
