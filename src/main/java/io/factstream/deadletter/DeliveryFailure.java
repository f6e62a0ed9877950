package io.factstream.deadletter;

/**
 * Why one attempt to deliver an event failed.
 *
 * @param error what went wrong, for people, without secrets: the caller removes them. A text longer than {@value
 *     #MAX_ERROR_LENGTH} characters is cut, and says so at its end
 */
public record DeliveryFailure(ErrorCategory category, Severity severity, String error) {

    /** The longest error text kept, in UTF-16 characters, the mark of a cut included. */
    public static final int MAX_ERROR_LENGTH = 2_000;

    private static final String CUT = " [cut]";

    public DeliveryFailure {
        if (error.length() > MAX_ERROR_LENGTH) {
            int end = MAX_ERROR_LENGTH - CUT.length();
            // Half a surrogate pair is not a character and cannot be stored.
            error = error.substring(0, Character.isHighSurrogate(error.charAt(end - 1)) ? end - 1 : end) + CUT;
        }
    }
}
