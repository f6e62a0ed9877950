package io.factstream.eventhubs;

import com.azure.core.amqp.AmqpTransportType;
import com.azure.core.amqp.ProxyOptions;
import com.azure.core.util.Configuration;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the SDK connects to.
 *
 * @param host a name or an address
 * @param tls whether TLS is spoken there; not by a development hub
 * @param amqp whether AMQP follows at once, not HTTP
 * @param isProxy whether it is a proxy on the way to the hub
 */
record HubAddress(String host, int port, boolean tls, boolean amqp, boolean isProxy) {

    private static final Pattern DEVELOPMENT = Pattern.compile("(?i)(?:^|;)\\s*UseDevelopmentEmulator\\s*=\\s*true\\b");
    private static final Pattern PORT = Pattern.compile(":(\\d{1,5})$");

    private static final int AMQP = 5672;
    private static final int AMQP_OVER_TLS = 5671;
    private static final int HTTPS = 443;

    /** The address for an access, by the rules of the SDK: also where a connection string names another port. */
    static HubAddress of(HubAccess access) {
        boolean amqp = access.transport() == AmqpTransportType.AMQP;
        String connectionString = access.connectionString();
        boolean plain = amqp
                && connectionString != null
                && DEVELOPMENT.matcher(connectionString).find();
        Matcher port = PORT.matcher(access.host());
        boolean named = port.find();
        String host = named ? access.host().substring(0, port.start()) : access.host();
        int usual = plain ? AMQP : amqp ? AMQP_OVER_TLS : HTTPS;
        HubAddress direct = new HubAddress(host, named ? Integer.parseInt(port.group(1)) : usual, !plain, amqp, false);
        return amqp
                ? direct
                : direct.proxy()
                        .map(proxy -> new HubAddress(proxy.getHostString(), proxy.getPort(), false, false, true))
                        .orElse(direct);
    }

    /** That of the environment, or else that of Java. AMQP itself goes through none. */
    private Optional<InetSocketAddress> proxy() {
        ProxyOptions configured = ProxyOptions.fromConfiguration(Configuration.getGlobalConfiguration());
        Stream<@Nullable Proxy> proxies = configured != null && configured.isProxyAddressConfigured()
                ? Stream.of(configured.getProxyAddress())
                : ProxySelector.getDefault() == null
                        ? Stream.empty()
                        : ProxySelector.getDefault().select(URI.create("https://" + this)).stream();
        return proxies.filter(proxy -> proxy != null && proxy.address() instanceof InetSocketAddress)
                .map(proxy -> (InetSocketAddress) proxy.address())
                .findFirst();
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
