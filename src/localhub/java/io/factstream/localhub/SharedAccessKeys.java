package io.factstream.localhub;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The keys of the namespace, and the check of what was signed with them. Never shows a secret. */
final class SharedAccessKeys {

    /** A token that this namespace does not honour. The message tells why, without the token. */
    static final class RefusedException extends Exception {

        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message);
        }
    }

    /**
     * What a token allows.
     *
     * @param resource the URI it was signed for
     * @param expiry until when it is honoured
     */
    record Grant(String resource, Instant expiry) {

        /** Whether that resource is a hub, a part of it, or the whole namespace. */
        boolean covers(String hub) {
            String granted = Address.parse(resource).hub();
            return granted.isEmpty() || granted.equalsIgnoreCase(hub);
        }
    }

    private static final String ALGORITHM = "HmacSHA256";
    private static final String SCHEME = "SharedAccessSignature ";

    private final Map<String, String> secrets;

    /** @param secrets each key's name and secret, at least one; the first is the one to hand out */
    SharedAccessKeys(Map<String, String> secrets) {
        this.secrets = new LinkedHashMap<>(secrets);
    }

    String firstName() {
        return secrets.keySet().iterator().next();
    }

    String firstSecret() {
        return Objects.requireNonNull(secrets.get(firstName()));
    }

    /** Whether a key of that name has that secret. */
    boolean knows(String name, String secret) {
        String expected = secrets.get(name);
        return expected != null && sameBytes(utf8(expected), utf8(secret));
    }

    /** Checks a shared access signature token. */
    Grant check(String token, Instant now) throws RefusedException {
        if (!token.startsWith(SCHEME)) {
            throw new RefusedException("The token is not a shared access signature");
        }
        Map<String, String> fields = new HashMap<>();
        for (String field : token.substring(SCHEME.length()).split("&", -1)) {
            int equals = field.indexOf('=');
            if (equals > 0) {
                fields.put(field.substring(0, equals), field.substring(equals + 1));
            }
        }
        String resource = field(fields, "sr");
        String signature = decoded(field(fields, "sig"));
        String expiry = field(fields, "se");
        String keyName = decoded(field(fields, "skn"));

        String secret = secrets.get(keyName);
        if (secret == null) {
            throw new RefusedException("There is no key of the name that the token was signed with");
        }
        // The resource is signed as the client encoded it, and clients differ in what they escape.
        if (!sameBytes(utf8(sign(resource + "\n" + expiry, secret)), utf8(signature))) {
            throw new RefusedException("The signature of the token is wrong");
        }
        Instant expires = instant(expiry);
        if (!expires.isAfter(now)) {
            throw new RefusedException("The token expired at " + expires);
        }
        return new Grant(decoded(resource), expires);
    }

    private static String field(Map<String, String> fields, String name) throws RefusedException {
        String value = fields.get(name);
        if (value == null) {
            throw new RefusedException("The token has no field " + name);
        }
        return value;
    }

    private static String decoded(String value) throws RefusedException {
        try {
            return URLDecoder.decode(value, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            throw refused("A field of the token is not URL-encoded", notEncoded);
        }
    }

    private static Instant instant(String epochSeconds) throws RefusedException {
        try {
            return Instant.ofEpochSecond(Long.parseLong(epochSeconds));
        } catch (NumberFormatException | DateTimeException notATime) {
            throw refused("The expiry of the token is not a time", notATime);
        }
    }

    private static RefusedException refused(String message, Exception cause) {
        RefusedException refused = new RefusedException(message);
        refused.initCause(cause);
        return refused;
    }

    private static String sign(String text, String secret) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(utf8(secret), ALGORITHM));
            return Base64.getEncoder().encodeToString(mac.doFinal(utf8(text)));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("Every Java runtime has " + ALGORITHM, missing);
        }
    }

    private static boolean sameBytes(byte[] one, byte[] other) {
        return MessageDigest.isEqual(one, other);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
