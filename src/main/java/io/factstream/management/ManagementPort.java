package io.factstream.management;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.factstream.config.ConfigurationException;
import io.factstream.config.KnownSettings;
import io.factstream.config.Secret;
import io.factstream.config.Settings;
import io.factstream.config.TrueOrFalse;
import io.factstream.control.Control;
import io.factstream.control.UnknownStreamException;
import io.factstream.deadletter.DeadLetterFilter;
import io.factstream.deadletter.DeadLetterStore;
import io.factstream.deadletter.ErrorCategory;
import io.factstream.deadletter.ReplayResult;
import io.factstream.session.LiveSessions;
import io.factstream.session.SessionStore;
import io.factstream.statistics.Statistics;
import io.vertx.core.Handler;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Clock;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.Service;
import org.apache.camel.component.micrometer.MicrometerConstants;
import org.apache.camel.component.platform.http.main.ManagementHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.support.service.ServiceSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Camel's management server with what operators need on it: Camel gives health, metrics and Jolokia, this adds the
 * status, actions, the page, and the guard before all of it.
 *
 * <p>It opens while the context is configured, before streams run, so that who asks for readiness gets an answer.
 */
public final class ManagementPort extends MainListenerSupport {

    private static final Logger LOG = LoggerFactory.getLogger(ManagementPort.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What changes nothing. */
    private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD);

    private static final int REFUSED = 403;
    private static final int UNKNOWN = 404;
    private static final int WRONG = 400;
    private static final int FAILED = 500;

    /** An action says little. */
    private static final long LONGEST_BODY = 64 * 1024;

    private static final int LETTERS = 200;

    /** How a caller may name itself, for the record. */
    private static final Pattern NAME = Pattern.compile("[\\p{Alnum}@._ -]{1,64}");

    private static final Map<String, String> FILES = Map.of(
            "/", "text/html; charset=utf-8",
            "/page.css", "text/css; charset=utf-8",
            "/page.js", "text/javascript; charset=utf-8",
            "/icon.svg", "image/svg+xml");

    private final String host;
    private final int port;
    private final Access access;
    private final Statistics statistics;
    private final DeadLetterStore letters;
    private final Control control;
    private final StatusDocument document;
    private volatile @Nullable URI address;

    /** Whether settings ask for the port. */
    public static boolean isWanted(Settings settings) {
        return settings.get(KnownSettings.MANAGEMENT_ENABLED) == TrueOrFalse.TRUE;
    }

    /** Prepares the port; it opens with the context. */
    public ManagementPort(
            Settings settings,
            String session,
            Statistics statistics,
            DeadLetterStore letters,
            SessionStore sessions,
            LiveSessions living,
            Control control,
            Clock clock) {
        host = settings.get(KnownSettings.MANAGEMENT_HOST);
        port = settings.get(KnownSettings.MANAGEMENT_PORT);
        Optional<Secret> token = settings.managementToken();
        access = new Access(Access.isLoopback(host), token);
        this.statistics = statistics;
        this.letters = letters;
        this.control = control;
        document =
                new StatusDocument(session, statistics, sessions, living, control::recent, access.needsToken(), clock);
    }

    /** What Camel must be told to open its management server, and to leave out what costs time for each exchange. */
    public Map<String, String> camelProperties() {
        return Map.ofEntries(
                Map.entry("camel.management.enabled", "true"),
                Map.entry("camel.management.host", host),
                Map.entry("camel.management.port", Integer.toString(port)),
                Map.entry("camel.management.healthCheckEnabled", "true"),
                Map.entry("camel.management.metricsEnabled", "true"),
                Map.entry("camel.management.jolokiaEnabled", "true"),
                Map.entry("camel.metrics.enabled", "true"),
                Map.entry("camel.metrics.enableRoutePolicy", "false"),
                Map.entry("camel.metrics.enableExchangeEventNotifier", "false"),
                Map.entry("camel.metrics.enableRouteEventNotifier", "false"),
                Map.entry("camel.health.enabled", "true"),
                Map.entry("camel.health.exposureLevel", "full"),
                // Streams say themselves how they are; a route of Camel is up while its stream fails.
                Map.entry("camel.health.routesEnabled", "false"),
                Map.entry("camel.health.consumersEnabled", "false"));
    }

    /**
     * Refuses a port that is taken: Camel would only warn of it, and run without the port.
     *
     * @throws ConfigurationException when it cannot be opened
     */
    public void requireFree() {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(host, port));
        } catch (IOException e) {
            throw cannotListen(String.valueOf(e.getMessage()), e);
        }
    }

    private ConfigurationException cannotListen(String why, @Nullable Exception cause) {
        return new ConfigurationException(
                KnownSettings.MANAGEMENT_PORT.key(),
                "the management port " + host + ":" + port + " cannot be opened: " + why,
                "Set " + KnownSettings.MANAGEMENT_PORT + " to one that is free, or to 0 for any, or "
                        + KnownSettings.MANAGEMENT_ENABLED + " to false",
                cause);
    }

    @Override
    public void beforeConfigure(BaseMainSupport main) {
        // One thread that waits and a few that work: this port serves people.
        VertxOptions options = new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(4)
                .setInternalBlockingPoolSize(2)
                .setFileSystemOptions(new FileSystemOptions()
                        .setClassPathResolvingEnabled(false)
                        .setFileCachingEnabled(false));
        // A replay may last; it is asked for.
        options.setBlockedThreadCheckInterval(Integer.MAX_VALUE);
        main.getCamelContext().getRegistry().bind("vertxOptions", options);
        main.getCamelContext().getRegistry().bind(MicrometerConstants.METRICS_REGISTRY_NAME, statistics.registry());
    }

    @Override
    public void afterConfigure(BaseMainSupport main) {
        CamelContext context = main.getCamelContext();
        HealthCheckRegistry.get(context).register(new StreamsHealth(statistics));
        // Services start in the order in which they were added, so this one follows the server, and routes follow it.
        Service serving = new ServiceSupport() {
            @Override
            protected void doStart() {
                serve(context);
            }
        };
        try {
            context.addService(serving, true, true);
        } catch (Exception e) {
            throw RuntimeCamelException.wrapRuntimeException(e);
        }
    }

    private void serve(CamelContext context) {
        ManagementHttpServer server = context.hasService(ManagementHttpServer.class);
        VertxPlatformHttpServer listening = context.hasService(VertxPlatformHttpServer.class);
        if (server == null || listening == null || listening.getServer().actualPort() <= 0) {
            throw cannotListen("it does not listen", null);
        }
        serve(server.getRouter());
        String shown = host.contains(":") ? "[" + host + "]" : host;
        URI opened = URI.create("http://" + shown + ":" + listening.getServer().actualPort() + "/");
        address = opened;
        LOG.info("management port={}{}", opened, access.needsToken() ? " token=needed" : "");
    }

    /** Where it listens; empty before it does. */
    public Optional<URI> address() {
        return Optional.ofNullable(address);
    }

    private void serve(VertxPlatformHttpRouter router) {
        router.route().order(Integer.MIN_VALUE).handler(this::guard);
        FILES.forEach((path, type) -> {
            byte[] file = file(path.equals("/") ? "page.html" : path.substring(1));
            router.route(HttpMethod.GET, path)
                    .handler(call ->
                            call.response().putHeader("content-type", type).end(Buffer.buffer(file)));
        });
        get(router, "/api/status", call -> Optional.of(document.status()));
        get(router, "/api/dead-letters", this::letters);
        get(router, "/api/dead-letters/:letter", call -> letters.find(call.pathParam("letter"))
                .map(StatusDocument::letter));
        post(router, "/api/streams/:stream/pause", call -> {
            control.pause(call.pathParam("stream"), who(call));
            return Optional.of(done("paused"));
        });
        post(router, "/api/streams/:stream/resume", call -> {
            control.resume(call.pathParam("stream"), who(call));
            return Optional.of(done("resumed"));
        });
        post(router, "/api/dead-letters/replay", call -> Optional.of(done(control.replay(filter(call), who(call)))));
        post(router, "/api/dead-letters/:letter/replay", call -> control.replay(call.pathParam("letter"), who(call))
                .map(ManagementPort::done));
    }

    /** Before everything else on the port, Camel's own included. */
    private void guard(RoutingContext call) {
        HttpServerRequest request = call.request();
        HttpServerResponse response = call.response();
        response.putHeader(
                "content-security-policy",
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
                        + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
        response.putHeader("x-content-type-options", "nosniff");
        response.putHeader("x-frame-options", "DENY");
        response.putHeader("referrer-policy", "no-referrer");
        response.putHeader("cache-control", "no-store");
        // Of the header Host, or of what HTTP/2 has in its place.
        String host = request.authority() == null ? null : request.authority().toString();
        String refusal = access.refusal(host);
        if (refusal == null && !READING.contains(request.method())) {
            refusal = access.refusalAsForeign(host, request.getHeader("origin"), request.getHeader("sec-fetch-site"));
        }
        if (refusal != null) {
            refuse(call, REFUSED, refusal);
            return;
        }
        call.next();
    }

    private void get(
            VertxPlatformHttpRouter router, String path, Function<RoutingContext, Optional<ObjectNode>> answer) {
        boolean holdsRows = !path.equals("/api/status");
        router.route(HttpMethod.GET, path)
                .handler(call -> {
                    if (!holdsRows || isAllowed(call)) {
                        call.next();
                    }
                })
                .blockingHandler(answering(answer), false);
    }

    private void post(
            VertxPlatformHttpRouter router, String path, Function<RoutingContext, Optional<ObjectNode>> answer) {
        router.route(HttpMethod.POST, path)
                .handler(BodyHandler.create(false).setBodyLimit(LONGEST_BODY))
                .handler(call -> {
                    String type = call.request().getHeader("content-type");
                    // No form of a foreign page can send this, even in a browser that does not say where it comes from.
                    if (type == null || !type.toLowerCase(Locale.ROOT).startsWith("application/json")) {
                        refuse(call, WRONG, "send the content type application/json");
                    } else if (isAllowed(call)) {
                        call.next();
                    }
                })
                .blockingHandler(answering(answer), false);
    }

    private boolean isAllowed(RoutingContext call) {
        String refusal = access.refusalWithout(call.request().getHeader("authorization"));
        if (refusal != null) {
            refuse(call, REFUSED, refusal);
        }
        return refusal == null;
    }

    private static Handler<RoutingContext> answering(Function<RoutingContext, Optional<ObjectNode>> answer) {
        return call -> {
            try {
                Optional<ObjectNode> found = answer.apply(call);
                if (found.isEmpty()) {
                    refuse(call, UNKNOWN, "there is nothing of that name (any more)");
                } else {
                    respond(call, found.get());
                }
            } catch (UnknownStreamException unknown) {
                refuse(call, UNKNOWN, String.valueOf(unknown.getMessage()));
            } catch (IllegalArgumentException | ConfigurationException wrong) {
                refuse(call, WRONG, String.valueOf(wrong.getMessage()));
            } catch (RuntimeException failed) {
                LOG.warn("management path={} failed: {}", call.request().path(), failed.toString());
                refuse(call, FAILED, String.valueOf(failed.getMessage()));
            }
        };
    }

    private Optional<ObjectNode> letters(RoutingContext call) {
        HttpServerRequest request = call.request();
        DeadLetterFilter asked = filter(request.getParam("stream"), request.getParam("category"));
        return Optional.of(StatusDocument.letters(letters.list(asked, LETTERS)));
    }

    private static DeadLetterFilter filter(RoutingContext call) {
        JsonNode body = body(call);
        return filter(body.path("stream").textValue(), body.path("category").textValue());
    }

    private static DeadLetterFilter filter(@Nullable String stream, @Nullable String category) {
        DeadLetterFilter filter = DeadLetterFilter.EVERY;
        if (stream != null && !stream.isEmpty()) {
            filter = filter.ofStream(stream);
        }
        if (category != null && !category.isEmpty()) {
            filter = filter.ofCategory(Arrays.stream(ErrorCategory.values())
                    .filter(known -> known.name().equalsIgnoreCase(category))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("'" + category + "' is no category")));
        }
        return filter;
    }

    private static JsonNode body(RoutingContext call) {
        String text = call.body().asString();
        if (text == null || text.isBlank()) {
            return JSON.createObjectNode();
        }
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the body is no JSON", e);
        }
    }

    /** The name that a caller gave itself, and where it called from. */
    private static String who(RoutingContext call) {
        String named = call.request().getHeader("x-factstream-user");
        String from = "management port from " + call.request().remoteAddress().hostAddress();
        return named != null && NAME.matcher(named).matches() && !named.isBlank() ? named + ", " + from : from;
    }

    private static ObjectNode done(String what) {
        return JSON.createObjectNode().put("done", what);
    }

    private static ObjectNode done(ReplayResult result) {
        ObjectNode node = done(Control.text(result));
        node.put("delivered", result.delivered());
        node.put("failed", result.failed());
        ObjectNode away = node.putObject("unavailable");
        result.unavailable().forEach((hub, failure) -> away.put(hub, failure.error()));
        return node;
    }

    private static void refuse(RoutingContext call, int status, String why) {
        call.response().setStatusCode(status);
        respond(call, JSON.createObjectNode().put("error", why));
    }

    private static void respond(RoutingContext call, ObjectNode body) {
        call.response().putHeader("content-type", "application/json").end(body.toString());
    }

    private static byte[] file(String name) {
        try (InputStream in = ManagementPort.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing in the program's jar");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
