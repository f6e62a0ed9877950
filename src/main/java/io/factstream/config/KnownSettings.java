package io.factstream.config;

import io.factstream.config.SettingType.Choice;
import io.factstream.config.SettingType.Count;
import io.factstream.config.SettingType.Factor;
import io.factstream.config.SettingType.Location;
import io.factstream.config.SettingType.SecretText;
import io.factstream.config.SettingType.Size;
import io.factstream.config.SettingType.Text;
import io.factstream.config.SettingType.Time;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Every setting there is, declared once: what loads settings, what checks them and {@code docs/configuration.md} all
 * read these declarations.
 */
public final class KnownSettings {

    private static final int KB = 1024;
    private static final int MB = 1024 * KB;
    private static final long GB = 1024L * MB;

    private static final Duration ONE_MILLISECOND = Duration.ofMillis(1);

    private static final Text HUB = new Text(
            Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,254}[A-Za-z0-9])?"),
            "the name of an event hub: up to 256 letters, digits, and . - _ between them");

    /**
     * Settings that belong together.
     *
     * @param title what they are about
     * @param settings in the order in which a reader meets them
     */
    public record Group(String title, List<Setting<?>> settings) {
        public Group {
            settings = List.copyOf(settings);
        }
    }

    /**
     * An environment variable that is read before there are settings, so that it has no key.
     *
     * @param name starts with {@code FACTSTREAM_}
     * @param description what it does, in whole sentences
     */
    public record ProcessVariable(String name, String description) {}

    public static final Setting<Path> SOURCE_FILE = new Setting<>(
            "factstream.source.file",
            new Location("the path of a DuckDB file"),
            null,
            "The DuckDB file with the fact tables. It is opened read-only for each page and closed again, so that a "
                    + "loader can write to it between pages; it is never changed, and never upgraded to a newer format. "
                    + "`factstream run` needs it.");

    public static final Setting<Path> SOURCE_KEY_FILE = new Setting<>(
            "factstream.source.key-file",
            new Location("the path of a file that holds the key and nothing else"),
            null,
            "A file that holds the key of an encrypted source, such as a mounted container secret. It is read once, at "
                    + "the start. Events, dead letters and what DuckDB spills to the disk are not encrypted: keep the state's "
                    + "folder on a disk that is.");

    public static final Setting<Long> SOURCE_MEMORY_LIMIT = new Setting<>(
            "factstream.source.memory-limit",
            new Size(32 * MB, 1024 * GB),
            "256MB",
            "The most memory that DuckDB takes while a page is read. It comes on top of the Java heap. DuckDB reads the texts "
                    + "of up to 2,048 rows at once, whatever is wanted of them: a table of large documents needs room for "
                    + "as many.");

    public static final Setting<Integer> SOURCE_THREADS = new Setting<>(
            "factstream.source.threads",
            new Count(1, 256, "threads"),
            "1",
            "How many threads DuckDB uses for one query. More of them speed up scans of large tables in no order of time.");

    public static final Setting<Duration> SOURCE_QUERY_TIMEOUT = new Setting<>(
            "factstream.source.query-timeout",
            new Time(Duration.ofSeconds(1), Duration.ofHours(1)),
            "60s",
            "How long a query may run before it is cancelled. A cancelled query counts as an outage of the source: the "
                    + "stream holds and tries again.");

    public static final Setting<Duration> SOURCE_BUSY_RETRY = new Setting<>(
            "factstream.source.busy-retry",
            new Time(ONE_MILLISECOND, Duration.ofMinutes(1)),
            "200ms",
            "How long to wait at most before opening the source again while a loader holds it for writing. The first waits "
                    + "are shorter, after ten in a row the source is looked at once a poll interval. All vary at random, so "
                    + "that readers do not meet the loader at the same moment each time.");

    public static final Setting<Duration> SOURCE_MAX_HOLD = new Setting<>(
            "factstream.source.max-hold",
            new Time(ONE_MILLISECOND, Duration.ofHours(1)),
            "300ms",
            "For how long the streams of a runtime, all together, go on opening the source before they leave it to the "
                    + "loader for `factstream.source.pause`. A stream that has it open by then finishes its page, so a "
                    + "loader waits about this long and a page more. Streams that look for new rows now and then never "
                    + "come to this limit.");

    public static final Setting<Duration> SOURCE_PAUSE = new Setting<>(
            "factstream.source.pause",
            new Time(Duration.ZERO, Duration.ofMinutes(1)),
            "100ms",
            "How long the source then stays closed. A loader that cannot open the file should try again at least this "
                    + "often: one that does is sure to get it at the first pause.");

    public static final Setting<Integer> SOURCE_READERS = new Setting<>(
            "factstream.source.readers",
            new Count(1, 256, "streams"),
            "2",
            "How many streams read the source at the same time. More of them than the machine has cores read no faster "
                    + "together, and the loader waits for the last of them.");

    public static final Setting<Path> STATE_FILE = new Setting<>(
            "factstream.state.file",
            new Location("the path of a file in a folder that can be written to"),
            "state/factstream.db",
            "FactStream's own database: watermarks, dead letters, sessions. It is created when it is missing. Keep it "
                    + "on a disk that outlives the process: without it every stream starts anew.");

    public static final Setting<Path> ROUTES = new Setting<>(
            "factstream.routes",
            new Location("the path of a folder"),
            "routes",
            "The folder with the streams. Where nothing is set it is the folder `routes` in the folder in which the process "
                    + "was started, and where there is none, that of the distribution. The folder `flow` in it holds the "
                    + "routes that streams share; where it has none, the one of the distribution is used, and so follows an "
                    + "upgrade.");

    public static final Setting<Reload> RELOAD = new Setting<>(
            "factstream.routes.reload",
            new Choice<>(Reload.class),
            "on",
            "Whether a change of a route file or a query is taken up while the runtime runs. `on` checks each change that is "
                    + "saved and takes it up between two pages, or refuses it and goes on as before; `off` leaves changes "
                    + "to the next start. Changes of the folder `flow` always wait for that.");

    public static final Setting<Duration> POLL_INTERVAL = new Setting<>(
            "factstream.poll.interval",
            new Time(ONE_MILLISECOND, Duration.ofDays(1)),
            "1s",
            "How long a stream that has caught up waits before it looks for new rows.");

    public static final Setting<Duration> POLL_SETTLE = new Setting<>(
            "factstream.poll.settle",
            new Time(Duration.ZERO, Duration.ofDays(30)),
            "0s",
            "How old a row must be, by its event time, before it is read. Set it to the longest time by which a loader "
                    + "commits rows late or out of order. Rows dated in the future wait until their time, whatever is set "
                    + "here.");

    public static final Setting<Integer> PAGE_MAX_ROWS = new Setting<>(
            "factstream.page.max-rows",
            new Count(1, 1_000_000, "rows"),
            "100000",
            "How many rows one poll may aim to read. A page ends between two event times, never inside one, so rows that "
                    + "share an event time can make it larger. On a table in order of time pages have 22,000 rows at most: "
                    + "larger ones take more memory. In no order each page costs a scan of the table whatever its size, so "
                    + "pages grow, as far as this and factstream.page.max-bytes allow.");

    public static final Setting<Long> PAGE_MAX_BYTES = new Setting<>(
            "factstream.page.max-bytes",
            new Size(64 * KB, GB),
            "16MB",
            "How many bytes of a page's events are held in memory at once, a quarter of the heap at most. Larger pages are read "
                    + "and sent in parts.");

    public static final Setting<Long> BATCH_MAX_BYTES = new Setting<>(
            "factstream.batch.max-bytes",
            new Size(4 * KB, 20 * MB),
            "1MB",
            "The most bytes one send may have on the wire. Event Hubs takes 1MB (1,048,576 bytes) in its Standard, "
                    + "Premium and Dedicated tiers: set 256KB (262,144 bytes) for the Basic tier, and more only where a "
                    + "dedicated cluster was set up to take it. One event that is larger becomes a dead letter.");

    public static final Setting<Integer> BATCH_MAX_EVENTS = new Setting<>(
            "factstream.batch.max-events",
            new Count(1, 100_000, "events"),
            "500",
            "The most events one send may hold, even where more would fit by their bytes. The Azure SDK takes several times "
                    + "an event's size in memory while it is sent: more events a send pay only where the hub is far away.");

    public static final Setting<Duration> SEND_DEADLINE = new Setting<>(
            "factstream.send.deadline",
            new Time(Duration.ofMillis(100), Duration.ofMinutes(10)),
            "30s",
            "How long one send may take before it counts as failed. The Azure SDK can wait for ever when a hub is away, "
                    + "so this deadline is FactStream's own, and the longest time until an outage is seen. It must leave time for `eventhubs.try-timeout`, once for each "
                    + "of the tries that `eventhubs.max-retries` allows.");

    public static final Setting<Duration> HOLD_INITIAL_DELAY = new Setting<>(
            "factstream.hold.initial-delay",
            new Time(ONE_MILLISECOND, Duration.ofHours(1)),
            "1s",
            "How long a stream waits after an outage before it sends its page again. Each failure that follows without a "
                    + "success between them lengthens the wait, varied at random. Nothing else repeats a send.");

    public static final Setting<Duration> HOLD_MAX_DELAY = new Setting<>(
            "factstream.hold.max-delay",
            new Time(ONE_MILLISECOND, Duration.ofHours(1)),
            "30s",
            "The longest such wait. It bounds how long a stream stays still once the hub is back.");

    public static final Setting<Double> HOLD_MULTIPLIER = new Setting<>(
            "factstream.hold.multiplier",
            new Factor(1.0, 10.0),
            "2.0",
            "By how much the wait grows from one failure to the next; 1.0 keeps it the same.");

    public static final Setting<Duration> HOLD_THROTTLED = new Setting<>(
            "factstream.hold.throttled",
            new Time(ONE_MILLISECOND, Duration.ofHours(1)),
            "4s",
            "How long a stream waits when the hub asks to slow down and does not say how long; where it says so, that is "
                    + "how long. The wait varies upwards at random.");

    public static final Setting<Duration> ONCE_PATIENCE = new Setting<>(
            "factstream.once.patience",
            new Time(Duration.ofSeconds(1), Duration.ofDays(7)),
            "10m",
            "How long run --once and backfill wait for a stream that neither delivers anything nor comes to its end, such as "
                    + "while the loader has the source or the hub asks to slow down. Then they give it up, say so, and exit "
                    + "with 1. What waits is told from the tenth second on.");

    public static final Setting<Integer> BREAKER_THRESHOLD = new Setting<>(
            "factstream.breaker.threshold",
            new Count(1, 1000, "sends"),
            "5",
            "After how many failed sends in a row a hub's circuit breaker opens; sends that fail together, as when their "
                    + "connection breaks, count as one. Then nothing is sent to the hub but one send at a time, to see "
                    + "whether it is back, and no page is read for it. Being asked to slow down does not count.");

    public static final Setting<Duration> BREAKER_RECOVERY = new Setting<>(
            "factstream.breaker.recovery",
            new Time(Duration.ofSeconds(1), Duration.ofHours(1)),
            "60s",
            "After how long, in whole seconds, an open circuit breaker lets one send through though no probe reached the hub. "
                    + "Whenever one does, a send is let through at once.");

    public static final Setting<Duration> BREAKER_PROBE_INTERVAL = new Setting<>(
            "factstream.breaker.probe-interval",
            new Time(ONE_MILLISECOND, Duration.ofHours(1)),
            "3s",
            "The longest time between two probes of a hub that fails. A probe logs in and opens a link, and sends nothing. "
                    + "When it gets through, streams that wait for the hub try to send: that is how soon they go on when the hub takes events again.");

    public static final Setting<Duration> HUB_LAYOUT_INTERVAL = new Setting<>(
            "factstream.hub.layout-interval",
            new Time(ONE_MILLISECOND, Duration.ofDays(1)),
            "1m",
            "How often a hub is asked for its partitions, which may have become more or others. It is asked as well whenever "
                    + "it is back after a failure. Where they have changed, keys go to other partitions; log, page and JMX tell it.");

    public static final Setting<String> EVENT_SOURCE = new Setting<>(
            "factstream.event.source",
            new Text(Pattern.compile("[\\p{Graph}&&[^\\\\\"]]{1,256}"), "1 to 256 visible ASCII characters"),
            "factstream",
            "What every event names as its source. Give each runtime its own where several feed one hub.");

    public static final Setting<String> EVENT_SCHEMA_VERSION = new Setting<>(
            "factstream.event.schema-version",
            new Text(Pattern.compile("[A-Za-z0-9][A-Za-z0-9.+_-]{0,63}"), "1 to 64 letters, digits, and . + _ -"),
            "1.0",
            "The version of the events' form that every event carries, for consumers that must tell versions apart.");

    public static final Setting<NonFinite> EVENT_NON_FINITE = new Setting<>(
            "factstream.event.non-finite",
            new Choice<>(NonFinite.class),
            "string",
            "What becomes of NaN and the infinities, which JSON cannot hold as numbers: `string` writes \"NaN\", "
                    + "\"Infinity\" and \"-Infinity\", `null` leaves the field out as it does NULL, `dead-letter` makes the "
                    + "event a dead letter.");

    public static final Setting<Integer> DEAD_LETTER_MAX_ENTRIES = new Setting<>(
            "factstream.dead-letter.max-entries",
            new Count(1, 100_000_000, "entries"),
            "1000000",
            "How many dead letters are kept. None is ever thrown away to make room: when the store is full, the streams "
                    + "that have another one to store hold.");

    public static final Setting<Duration> DEAD_LETTER_REPLAY_INTERVAL = new Setting<>(
            "factstream.dead-letter.replay-interval",
            new Time(Duration.ZERO, Duration.ofDays(30)),
            "5m",
            "How often dead letters are sent again, for the first time one interval after the start. A letter rests at "
                    + "least as long after each failure. 0s turns it off; `factstream dlq replay` works all the same.");

    public static final Setting<Integer> DEAD_LETTER_REPLAY_ATTEMPTS = new Setting<>(
            "factstream.dead-letter.replay-attempts",
            new Count(1, 1_000, "replays"),
            "3",
            "How often a dead letter is sent again by itself before it is left to a person. What fails because the hub is "
                    + "away does not count.");

    public static final Setting<String> DEAD_LETTER_HUB = new Setting<>(
            "factstream.dead-letter.hub",
            HUB,
            null,
            "An event hub of the same namespace to which each dead letter is published too, as the JSON object that "
                    + "`factstream dlq export` writes. Where none is set, dead letters are in the store only. While it is "
                    + "away letters wait in the store, and no stream does.");

    public static final Setting<Duration> SHUTDOWN_TIMEOUT = new Setting<>(
            "factstream.shutdown.timeout",
            new Time(Duration.ofSeconds(1), Duration.ofMinutes(10)),
            "30s",
            "How long a stop waits for pages that are under way; it then takes at most about 2 s more. What is unfinished is read and sent again after "
                    + "the next start, with the same event ids. Give the container at least as long before it is killed.");

    public static final Setting<LogFormat> LOG_FORMAT = new Setting<>(
            "factstream.log.format",
            new Choice<>(LogFormat.class),
            "text",
            "How log lines are written to standard error: `text` for people, `json` as one JSON object a line, which the "
                    + "container image sets. Set it by the environment to have refused settings told in it too.");

    public static final Setting<Secret> CONNECTION_STRING = new Setting<>(
            "eventhubs.connection-string",
            new SecretText("a connection string that starts with Endpoint=sb://"),
            null,
            "The connection string of the namespace or of the hub, with the right to send. Set it by the environment "
                    + "variable or the file below rather than on a command line, which other users of the machine can read.");

    public static final Setting<Path> CONNECTION_STRING_FILE = new Setting<>(
            "eventhubs.connection-string-file",
            new Location("the path of a file that holds the connection string and nothing else"),
            null,
            "A file that holds the connection string, such as a mounted container secret. Set this or the connection "
                    + "string, not both.");

    public static final Setting<String> HUB_NAME = new Setting<>(
            "eventhubs.name",
            HUB,
            null,
            "The event hub to send to. A connection string with an EntityPath already names it.");

    public static final Setting<String> NAMESPACE = new Setting<>(
            "eventhubs.namespace",
            new Text(
                    Pattern.compile("[A-Za-z][A-Za-z0-9-]{4,48}[A-Za-z0-9]"),
                    "the name of an Event Hubs namespace, without .servicebus.windows.net"),
            null,
            "The Event Hubs namespace, without `.servicebus.windows.net`. It is needed for `azure-identity`; a connection "
                    + "string already names it.");

    public static final Setting<Authentication> AUTHENTICATION = new Setting<>(
            "eventhubs.authentication",
            new Choice<>(Authentication.class),
            "connection-string",
            "How FactStream proves who it is: by the key in a connection string, or, without any key, by the identity "
                    + "that Azure gave the machine, container or developer it runs as.");

    public static final Setting<Transport> TRANSPORT = new Setting<>(
            "eventhubs.transport",
            new Choice<>(Transport.class),
            "amqp",
            "What carries the events: `amqp` uses port 5671, `amqp-web-sockets` uses port 443 where nothing else is let "
                    + "out.");

    public static final Setting<Duration> TRY_TIMEOUT = new Setting<>(
            "eventhubs.try-timeout",
            new Time(Duration.ofMillis(100), Duration.ofMinutes(5)),
            "10s",
            "How long the Azure SDK waits for the hub's answer to one try.");

    public static final Setting<Integer> MAX_RETRIES = new Setting<>(
            "eventhubs.max-retries",
            new Count(0, 10, "retries"),
            "0",
            "How often the Azure SDK repeats a try by itself. FactStream repeats failed sends where it can be seen "
                    + "(`factstream.hold.initial-delay`); retries of the SDK come on top, out of sight, and delay the moment "
                    + "at which an outage shows. Leave it at 0 unless Microsoft's support asks otherwise.");

    public static final Setting<TrueOrFalse> MANAGEMENT_ENABLED = new Setting<>(
            "factstream.management.enabled",
            new Choice<>(TrueOrFalse.class),
            "true",
            "Whether `factstream run` opens the management port: the page, health, metrics, Jolokia and actions. `run "
                    + "--once`, `demo` and other commands never do.");

    public static final Setting<String> MANAGEMENT_HOST = new Setting<>(
            "factstream.management.host",
            new Text(Pattern.compile("[A-Za-z0-9.:_-]{1,255}"), "an address of this machine, or its name"),
            "127.0.0.1",
            "The address on which the management port listens. Beyond 127.0.0.1, such as at 0.0.0.0 in a container, "
                    + "everybody who reaches it can read the numbers; dead letters and actions then need "
                    + "`factstream.management.token`.");

    public static final Setting<Integer> MANAGEMENT_PORT = new Setting<>(
            "factstream.management.port",
            new Count(0, 65_535, "port"),
            "9876",
            "The management port; 0 takes any that is free, which the log then names.");

    public static final Setting<Secret> MANAGEMENT_TOKEN = new Setting<>(
            "factstream.management.token",
            new SecretText("a long random text"),
            null,
            "What callers of the management port must name to look into dead letters and to act, as "
                    + "`Authorization: Bearer …`. Without one they may do so on 127.0.0.1 and nowhere else.");

    public static final Setting<Path> MANAGEMENT_TOKEN_FILE = new Setting<>(
            "factstream.management.token-file",
            new Location("the path of a file that holds the token and nothing else"),
            null,
            "A file that holds the token, such as a mounted container secret. Set this or the token, not both.");

    /** All of them, in the order of the documentation. */
    public static final List<Group> GROUPS = List.of(
            new Group(
                    "The source",
                    List.of(
                            SOURCE_FILE,
                            SOURCE_KEY_FILE,
                            SOURCE_MEMORY_LIMIT,
                            SOURCE_THREADS,
                            SOURCE_QUERY_TIMEOUT,
                            SOURCE_BUSY_RETRY,
                            SOURCE_MAX_HOLD,
                            SOURCE_PAUSE,
                            SOURCE_READERS)),
            new Group("State and routes", List.of(STATE_FILE, ROUTES, RELOAD)),
            new Group("Reading", List.of(POLL_INTERVAL, POLL_SETTLE, PAGE_MAX_ROWS, PAGE_MAX_BYTES)),
            new Group("Events", List.of(EVENT_SOURCE, EVENT_SCHEMA_VERSION, EVENT_NON_FINITE)),
            new Group("Sending", List.of(BATCH_MAX_BYTES, BATCH_MAX_EVENTS, SEND_DEADLINE)),
            new Group(
                    "Outages",
                    List.of(
                            HOLD_INITIAL_DELAY,
                            HOLD_MAX_DELAY,
                            HOLD_MULTIPLIER,
                            HOLD_THROTTLED,
                            ONCE_PATIENCE,
                            BREAKER_THRESHOLD,
                            BREAKER_RECOVERY,
                            BREAKER_PROBE_INTERVAL,
                            HUB_LAYOUT_INTERVAL)),
            new Group(
                    "Dead letters and shutdown",
                    List.of(
                            DEAD_LETTER_MAX_ENTRIES,
                            DEAD_LETTER_REPLAY_INTERVAL,
                            DEAD_LETTER_REPLAY_ATTEMPTS,
                            DEAD_LETTER_HUB,
                            SHUTDOWN_TIMEOUT)),
            new Group("Logs", List.of(LOG_FORMAT)),
            new Group(
                    "The management port",
                    List.of(
                            MANAGEMENT_ENABLED,
                            MANAGEMENT_HOST,
                            MANAGEMENT_PORT,
                            MANAGEMENT_TOKEN,
                            MANAGEMENT_TOKEN_FILE)),
            new Group(
                    "Event Hubs",
                    List.of(
                            CONNECTION_STRING,
                            CONNECTION_STRING_FILE,
                            HUB_NAME,
                            NAMESPACE,
                            AUTHENTICATION,
                            TRANSPORT,
                            TRY_TIMEOUT,
                            MAX_RETRIES)));

    /** The environment variable that names the file of settings. */
    public static final ProcessVariable CONFIG_FILE = new ProcessVariable(
            "FACTSTREAM_CONFIG", "The file of settings to read, where `--config` does not name one.");

    /** The variables that start with {@code FACTSTREAM_} and are no settings; all but the first are the launcher's. */
    public static final List<ProcessVariable> PROCESS_VARIABLES = List.of(
            CONFIG_FILE,
            new ProcessVariable(
                    "FACTSTREAM_JAVA_OPTS",
                    "More options for Java, separated by blanks. They come after the launcher's own and so win: "
                            + "`-Xmx512m` replaces its 192 MB of heap."),
            new ProcessVariable(
                    "FACTSTREAM_JMX_PORT",
                    "Opens JMX on this port for `factstream run` and `factstream demo`. Without it JMX can be reached only "
                            + "by tools that attach to the process. Java opens a second port beside it, at random, which "
                            + "refuses other machines."),
            new ProcessVariable(
                    "FACTSTREAM_JMX_HOST",
                    "The address on which JMX listens: 127.0.0.1 unless set. Any address but the machine's own needs the "
                            + "two files below, and TLS: name a key store by `FACTSTREAM_JAVA_OPTS`."),
            new ProcessVariable(
                    "FACTSTREAM_JMX_PASSWORD_FILE", "Java's `jmxremote.password` file: who may connect to JMX."),
            new ProcessVariable(
                    "FACTSTREAM_JMX_ACCESS_FILE",
                    "Java's `jmxremote.access` file: who may read and who may also act."));

    private KnownSettings() {}

    /** Every setting, in the order of the documentation. */
    public static List<Setting<?>> all() {
        return GROUPS.stream()
                .<Setting<?>>flatMap(group -> group.settings().stream())
                .toList();
    }
}
