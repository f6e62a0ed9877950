package io.factstream.config;

import java.util.regex.Pattern;

/**
 * Texts without the secrets that somebody else may have put into them: what a service answers, what a library logs, what
 * a person typed into the wrong place.
 *
 * <p>It knows secrets by their looks: keys, signatures, passwords and tokens after their names, and what is a token
 * wherever it stands. FactStream's own secrets never get into a text in the first place: see {@link Secret}.
 */
public final class Masked {

    private static final String MASK = "***";

    /** A name that says that a secret follows, and the secret. */
    private static final Pattern NAMED = Pattern.compile(
            "(?i)(SharedAccessKey|SharedAccessSignature|AccountKey|sig|password"
                    + "|client_secret|client_assertion|access_token|refresh_token)[\"']?\\s*[=:]\\s*[\"']?[^;&\\s\"',]+");

    /** A header or scheme and the credentials after it; and what looks like a token wherever it stands. */
    private static final Pattern TOKEN = Pattern.compile("(?i)(Authorization)\\s*[=:][^;\\r\\n]+"
            + "|(Bearer|SharedAccessSignature)\\s+\\S+"
            + "|()eyJ[\\w-]+\\.[\\w.-]+");

    private static final Pattern KEY = Pattern.compile("(?i)SharedAccess(Key|Signature)\\s*=");

    private Masked() {}

    /** The text with three asterisks in place of each secret. */
    public static String text(String text) {
        return TOKEN.matcher(NAMED.matcher(text).replaceAll("$1=" + MASK)).replaceAll("$1$2" + MASK);
    }

    /** Whether a value holds a key or signature of Azure. */
    static boolean holdsSecret(String value) {
        return KEY.matcher(value).find();
    }
}
