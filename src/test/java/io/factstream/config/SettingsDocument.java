package io.factstream.config;

import io.factstream.config.KnownSettings.Group;

/** Writes {@code docs/configuration.md} from the declarations of the settings. */
final class SettingsDocument {

    static final String REGENERATE = "mvn test -Dtest=SettingsDocumentTest -Dupdate.docs=true";

    private static final String INTRODUCTION = """
            # Configuration

            <!-- Generated from KnownSettings.java. Do not edit; regenerate it with:
                 %s -->

            ## Where settings come from

            From lowest to highest; a higher one replaces a lower one:

            1. the defaults below;
            2. one file of settings: the one that `--config` names, else the one that `FACTSTREAM_CONFIG` names, else
               `application.properties` in the folder where the process was started, else `conf/application.properties` in the
               distribution;
            3. environment variables;
            4. the command line.

            The file is a Java properties file in UTF-8, such as:

            ```properties
            factstream.source.file=/data/facts.duckdb
            eventhubs.name=orders
            eventhubs.connection-string-file=/run/secrets/eventhubs
            ```

            The environment variable of a setting is its key in capitals, with `.` and `-` written as `_`.
            An empty value counts as not given. Relative paths start at the folder where the process was started.

            A name that is no setting, or a value outside its range, is refused at the start, with the line of the file or the
            variable, even where a higher rank replaces it. Keys that start with `camel.` go to Apache Camel as they are; any
            other key is refused.

            Durations are written with their unit (`250ms`, `30s`, `5m`, `2h`, `1d`, `1m30s`), sizes in bytes or with a unit
            (`65536`, `256KB`, `16MB`; 1KB is 1,024 bytes).

            In routes, `{{…}}` with a key gives the value of that setting, durations in milliseconds, sizes in bytes and paths in
            full. Secrets cannot be referred to in this way, and are never shown in logs or messages.
            """;

    private static final String EARLIER = """

            ## Coming from the earlier streamer

            Where each of its settings went:

            | Earlier | Now | |
            |---|---|---|
            | Connection string | `eventhubs.connection-string` | or `eventhubs.connection-string-file` |
            | Hub name | `eventhubs.name` | not needed where the connection string has an EntityPath |
            | Emit interval | `factstream.poll.interval` | how often a stream that has caught up looks for rows |
            | Burst size | `factstream.page.max-rows` | rows read at once |
            | Maximum batch size (256) | `factstream.batch.max-events` | bounded by bytes too: `factstream.batch.max-bytes` |
            | Batch timeout (1 s) | none | a page is sent as soon as it is read, so nothing waits to be sent; \
            `factstream.poll.interval` bounds the delay |
            | Buffer size | `factstream.page.max-bytes` | what is held in memory is bounded in bytes |
            | Retry attempts (3) | none | an outage is waited out, however long it lasts; nothing is given up |
            | Backoff multiplier (2.0) | `factstream.hold.multiplier` | with `factstream.hold.initial-delay` and \
            `factstream.hold.max-delay` |
            | Circuit breaker: on, threshold (5) | `factstream.breaker.threshold` | it is always on |
            | Circuit breaker recovery time (60 s) | `factstream.breaker.recovery` | a hub that could not be reached is \
            tried as soon as it can be |
            | Dead letters on or off | none | they are always on: without them an event could be lost |
            | Dead letter queue size | `factstream.dead-letter.max-entries` | none is thrown away when it is reached: streams \
            hold |
            | Dead letter retry, attempts | `factstream.dead-letter.replay-interval`, \
            `factstream.dead-letter.replay-attempts` | every 5 minutes, 3 times, as before; 0s turns it off |
            | none | `factstream.dead-letter.hub` | dead letters published to a hub of their own |
            | Monitoring interval | none | what JMX shows is current whenever it is read |
            """;

    private SettingsDocument() {}

    static String text() {
        StringBuilder text = new StringBuilder(INTRODUCTION.formatted(REGENERATE));
        text.append("\n## All settings\n\n| Setting | Default | Unit |\n|---|---|---|\n");
        for (Setting<?> setting : KnownSettings.all()) {
            text.append("| [`%s`](#%s) | %s | %s |\n"
                    .formatted(
                            setting.key(),
                            anchor(setting),
                            defaultOf(setting),
                            setting.type().noun()));
        }
        for (Group group : KnownSettings.GROUPS) {
            text.append("\n## ").append(group.title()).append('\n');
            group.settings().forEach(setting -> text.append(section(setting)));
        }
        text.append("\n## Environment variables that are no settings\n\n| Variable | |\n|---|---|\n");
        KnownSettings.PROCESS_VARIABLES.forEach(
                variable -> text.append("| `%s` | %s |\n".formatted(variable.name(), variable.description())));
        return text.append(EARLIER).toString();
    }

    private static String section(Setting<?> setting) {
        return """

                ### %s

                %s

                - Environment: `%s`
                - Default: %s
                - Value: %s
                """.formatted(
                        setting.key(),
                        setting.description(),
                        setting.environmentVariable(),
                        defaultOf(setting),
                        setting.type().allowed());
    }

    private static String defaultOf(Setting<?> setting) {
        return setting.defaultText() == null ? "none" : "`" + setting.defaultText() + "`";
    }

    /** How Markdown readers name the heading of a setting: its key without the dots. */
    private static String anchor(Setting<?> setting) {
        return setting.key().replace(".", "");
    }
}
