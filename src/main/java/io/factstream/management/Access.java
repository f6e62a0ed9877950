package io.factstream.management;

import io.factstream.config.Secret;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what on the management port.
 *
 * <p>A browser on the operator's machine also opens pages of others, which must neither act nor read: so on loopback the
 * request must be addressed to loopback (a name of theirs can be made to lead here), and what changes anything must come
 * from a page of this port. Beyond loopback, or where a token is set, it needs the token besides.
 */
final class Access {

    private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final String BEARER = "Bearer ";

    private final boolean loopback;
    private final Optional<Secret> token;

    Access(boolean loopback, Optional<Secret> token) {
        this.loopback = loopback;
        this.token = token;
    }

    /** Whether an address is the machine's own, which others cannot reach. A name that is unknown is not. */
    static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** Why a request is refused that only reads numbers; null when it is not. */
    @Nullable
    String refusal(@Nullable String host) {
        if (!loopback) {
            return null;
        }
        String name = host == null ? "" : host.replaceAll(":\\d+$", "");
        return LOOPBACK_NAMES.contains(name)
                ? null
                : "this port is for this machine: use http://localhost or http://127.0.0.1";
    }

    /**
     * Why a request is refused that changes something, whoever sent it; null when it is not.
     *
     * @param origin of the page that made the browser send it; null where it was no page, or an old browser
     * @param site the header {@code Sec-Fetch-Site}; null where there is none
     */
    @Nullable
    String refusalAsForeign(@Nullable String host, @Nullable String origin, @Nullable String site) {
        boolean foreignSite = site != null && !site.equals("same-origin") && !site.equals("none");
        boolean foreignOrigin =
                origin != null && !origin.replaceFirst("^https?://", "").equals(host);
        return foreignSite || foreignOrigin ? "the request comes from a page of another site" : null;
    }

    /** Whether a caller must name a token to look into dead letters and to act. */
    boolean needsToken() {
        return !loopback || token.isPresent();
    }

    /** Why somebody may not look into dead letters or act; null when he may. */
    @Nullable
    String refusalWithout(@Nullable String authorization) {
        if (!needsToken()) {
            return null;
        }
        if (token.isEmpty()) {
            return "this port can be reached by others, so this needs a token: set factstream.management.token";
        }
        byte[] expected = (BEARER + token.get().reveal()).getBytes(StandardCharsets.UTF_8);
        byte[] given = authorization == null ? new byte[0] : authorization.getBytes(StandardCharsets.UTF_8);
        // Takes as long whatever is wrong with it.
        return MessageDigest.isEqual(expected, given) ? null : "this needs the token of the management port";
    }
}
