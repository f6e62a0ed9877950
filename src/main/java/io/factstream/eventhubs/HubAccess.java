package io.factstream.eventhubs;

import com.azure.core.amqp.AmqpRetryMode;
import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.core.amqp.AmqpTransportType;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How to reach a namespace.
 *
 * @param namespace its name, without the domain
 * @param connectionString a secret; an entity path in it is replaced for each hub; null to log in with an Azure identity
 * @param transport AMQP, or AMQP over WebSockets where only port 443 is open
 * @param tryTimeout how long the SDK waits for one answer
 * @param maxRetries the SDK's own retries. FactStream retries whole sends itself, so few are best: they multiply
 */
public record HubAccess(
        String namespace,
        @Nullable String connectionString,
        AmqpTransportType transport,
        Duration tryTimeout,
        int maxRetries) {

    private static final Pattern ENDPOINT = Pattern.compile("(?i)(?:^|;)\\s*Endpoint\\s*=\\s*(?:\\w+://)?([^/;\\s]+)");
    private static final Pattern ENTITY_PATH = Pattern.compile("(?i)(^|;)EntityPath=[^;]*");

    /**
     * The SDK's retry options. Whatever they say, it repeats what the hub answers with an internal error until its try
     * timeout is over: it counts no such tries, and takes no delay of nothing.
     */
    AmqpRetryOptions retryOptions() {
        return new AmqpRetryOptions()
                .setMode(AmqpRetryMode.EXPONENTIAL)
                .setMaxRetries(maxRetries)
                .setTryTimeout(tryTimeout)
                .setDelay(Duration.ofMillis(500))
                // The SDK adds jitter to the delay and fails obscurely when the longest delay leaves no room for it.
                .setMaxDelay(Duration.ofSeconds(30));
    }

    /** The connection string for one hub, or null with an Azure identity. */
    @Nullable
    String connectionString(String hub) {
        return connectionString == null
                ? null
                : ENTITY_PATH.matcher(connectionString).replaceAll("").replaceAll(";+$", "") + ";EntityPath=" + hub;
    }

    /** The host that it leads to, with its port where one is named, for a message. */
    String host() {
        Matcher endpoint = ENDPOINT.matcher(connectionString == null ? "" : connectionString);
        return endpoint.find() ? endpoint.group(1) : namespace + ".servicebus.windows.net";
    }

    /** Shows no secret. */
    @Override
    public String toString() {
        return "HubAccess[namespace=" + namespace + ", transport=" + transport + "]";
    }
}
