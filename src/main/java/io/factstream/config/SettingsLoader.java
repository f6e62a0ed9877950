package io.factstream.config;

import io.factstream.config.KnownSettings.ProcessVariable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Puts settings together from where they can be given, lowest rank first: the defaults, a file, environment variables,
 * the command line. An empty value counts as not given.
 */
public final class SettingsLoader {

    private static final String FILE_NAME = "application.properties";
    private static final String ROUTES = "routes";
    private static final String CAMEL = "camel.";

    /**
     * What Kubernetes puts into the environment of every container in the namespace of a service, here one whose name
     * starts with {@code factstream}: not settings, and not mistakes.
     */
    private static final Pattern SERVICE_LINK =
            Pattern.compile(".*_(SERVICE_(HOST|PORT(_.*)?)|PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)");

    private static final Pattern SERVICE_ADDRESS = Pattern.compile("(tcp|udp|sctp)://.*:\\d+");

    private final Path workingFolder;
    private final @Nullable Path home;
    private final Map<String, String> environment;

    /**
     * @param workingFolder where {@code application.properties} is looked for first
     * @param home the distribution's folder; null when there is none, as in a test
     * @param environment the environment variables
     */
    public SettingsLoader(Path workingFolder, @Nullable Path home, Map<String, String> environment) {
        this.workingFolder = workingFolder;
        this.home = home;
        this.environment = Map.copyOf(environment);
    }

    /** A loader for this process: its folder, its environment, and the distribution that started it, if one did. */
    public static SettingsLoader ofThisProcess() {
        String home = System.getProperty("factstream.home");
        return new SettingsLoader(Path.of(""), home == null ? null : Path.of(home), System.getenv());
    }

    /**
     * Loads and checks settings. Whether they suffice to run is not checked here: see {@link Settings#validateForRun()}.
     *
     * @param file the file of settings; null to look for one where {@code docs/configuration.md} says
     * @param commandLine keys and values given on the command line
     * @throws ConfigurationException if a name is unknown or a value is wrong, even one that a higher rank replaces; it
     *     names all of them
     */
    public Settings load(@Nullable Path file, Map<String, String> commandLine) {
        Optional<Path> chosen = chooseFile(file);
        Assembly assembly = new Assembly();
        chosen.ifPresent(assembly::addFile);
        new TreeMap<>(environment).forEach(assembly::addVariable);
        new TreeMap<>(commandLine).forEach(assembly::addOption);
        assembly.problems.refuseIfAny();
        Settings settings = new Settings(
                defaults(), assembly.given, assembly.camel, chosen, shippedRoutes(), assembly.serviceLinks);
        settings.refuseContradictions();
        return settings;
    }

    /** The routes folder that came with the distribution; empty when there is no distribution, as in a test. */
    public Optional<Path> shippedRoutes() {
        return Optional.ofNullable(home).map(folder -> folder.resolve(ROUTES));
    }

    private Optional<Path> chooseFile(@Nullable Path file) {
        if (file != null) {
            return Optional.of(file);
        }
        String named = environment.getOrDefault(KnownSettings.CONFIG_FILE.name(), "");
        if (!named.isBlank()) {
            return Optional.of(Path.of(named.strip()));
        }
        Path here = workingFolder.resolve(FILE_NAME);
        if (Files.exists(here)) {
            return Optional.of(here);
        }
        return Optional.ofNullable(home)
                .map(folder -> folder.resolve("conf").resolve(FILE_NAME))
                .filter(Files::exists);
    }

    /** The declared defaults, with the one that depends on where the process was started. */
    private Map<String, String> defaults() {
        Map<String, String> defaults = new HashMap<>();
        for (Setting<?> setting : KnownSettings.all()) {
            if (setting.defaultText() != null) {
                defaults.put(setting.key(), setting.defaultText());
            }
        }
        Path here = workingFolder.resolve(ROUTES);
        Path routes = Files.isDirectory(here) ? here : shippedRoutes().orElse(here);
        defaults.put(KnownSettings.ROUTES.key(), routes.toString());
        return defaults;
    }

    /** What was given so far; a later addition outranks an earlier one. */
    private static final class Assembly {

        private final Map<String, Setting<?>> byKey =
                KnownSettings.all().stream().collect(Collectors.toMap(Setting::key, Function.identity()));
        private final Map<String, Setting<?>> byVariable = KnownSettings.all().stream()
                .collect(Collectors.toMap(Setting::environmentVariable, Function.identity()));

        final Problems problems = new Problems();
        final Map<String, Settings.Given> given = new HashMap<>();
        final Map<String, Settings.Given> camel = new HashMap<>();
        final List<String> serviceLinks = new ArrayList<>();

        void addFile(Path file) {
            problems.collect(() -> PropertiesFile.read(file)
                    .forEach(entry ->
                            addKey(entry.key(), entry.value(), file + ":" + entry.line() + ": " + entry.key())));
        }

        void addOption(String key, String value) {
            addKey(key, value, key + " (command line)");
        }

        void addVariable(String name, String value) {
            Setting<?> setting = byVariable.get(name);
            if (isAddressOfService(name, value)) {
                // A service named factstream-management has the variable of factstream.management.port.
                if (setting != null) {
                    serviceLinks.add(name);
                }
            } else if (setting != null) {
                addSetting(setting, value, name + " (environment)");
            } else if (claimsToBeASetting(name)) {
                problems.add(name + " (environment)", "is no setting", suggestion(name, byVariable.keySet()));
            }
        }

        private static boolean isAddressOfService(String name, String value) {
            return name.endsWith("_PORT")
                    && SERVICE_ADDRESS.matcher(value.strip()).matches();
        }

        private static boolean claimsToBeASetting(String name) {
            if (!name.startsWith("FACTSTREAM_") && !name.startsWith("EVENTHUBS_")) {
                return false;
            }
            return !SERVICE_LINK.matcher(name).matches()
                    && KnownSettings.PROCESS_VARIABLES.stream()
                            .map(ProcessVariable::name)
                            .noneMatch(name::equals);
        }

        private void addKey(String key, String value, String origin) {
            Setting<?> setting = byKey.get(key);
            if (setting != null) {
                addSetting(setting, value, origin);
            } else if (key.startsWith(CAMEL)) {
                if (Masked.holdsSecret(value)) {
                    addMisplacedSecret(origin);
                } else {
                    camel.put(key, new Settings.Given(value, origin));
                }
            } else if (key.startsWith("factstream.") || key.startsWith("eventhubs.")) {
                problems.add(origin, "is no setting", suggestion(key, byKey.keySet()));
            } else {
                problems.add(
                        origin,
                        "belongs to nobody: settings start with factstream, eventhubs or camel",
                        suggestion(key, byKey.keySet()));
            }
        }

        private void addSetting(Setting<?> setting, String value, String origin) {
            String text = value.strip();
            if (text.isEmpty()) {
                return;
            }
            if (!setting.isSecret() && Masked.holdsSecret(text)) {
                addMisplacedSecret(origin);
                return;
            }
            try {
                setting.type().parse(text);
                given.put(setting.key(), new Settings.Given(text, origin));
            } catch (IllegalArgumentException wrong) {
                problems.add(
                        origin,
                        shown(setting, text) + " " + wrong.getMessage(),
                        "Give " + setting.type().allowed());
            }
        }

        /** Whatever is set here may be shown: in messages, by routes, by JMX. */
        private void addMisplacedSecret(String origin) {
            problems.add(
                    origin,
                    "holds a secret, such as a connection string, and is no place for one",
                    "Move it to " + KnownSettings.CONNECTION_STRING.environmentVariable() + ", or into the file that "
                            + KnownSettings.CONNECTION_STRING_FILE + " names");
        }

        /** The value for a message, unless it is a secret. */
        private static String shown(Setting<?> setting, String text) {
            if (setting.isSecret()) {
                return "its value";
            }
            return '"' + (text.length() <= 80 ? text : text.substring(0, 80) + "…") + '"';
        }

        private static String suggestion(String written, Collection<String> names) {
            return NearestName.of(written, names)
                    .map(nearest -> "Did you mean " + nearest + "?")
                    .orElse("Remove it, or look for the right name in docs/configuration.md");
        }
    }
}
