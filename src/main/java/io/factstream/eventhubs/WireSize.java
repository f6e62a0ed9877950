package io.factstream.eventhubs;

import java.nio.charset.StandardCharsets;

/**
 * How many bytes an event takes in an AMQP batch, to the byte.
 *
 * <p>The rules are those of AMQP 1.0 part 1 (types) and of the encoder that the Azure SDK uses: application
 * properties as one described map, the body as one described binary, each in the short form while it fits. It has to
 * be exact, because the SDK silently drops an event that exceeds an empty batch by a few bytes, and sends a list that
 * exceeds one batch as two that can fail apart.
 */
public final class WireSize {

    /** What the SDK adds to each event of a batch for the data section around it. */
    private static final int SECTION_OVERHEAD = 16;

    /** A described section's constructor: 0x00, then the descriptor as a small unsigned long. */
    private static final int DESCRIPTOR = 3;

    /** The content of a map (its encoded keys and values) must stay below this for the encoder's short form. */
    private static final int SHORT_MAP_LIMIT = 254;

    private WireSize() {}

    /**
     * The size of an event inside a batch.
     *
     * @param propertiesContent the sum of {@link #text} over all keys and values of its application properties
     * @param bodyBytes the length of its body
     */
    public static int event(int propertiesContent, int bodyBytes) {
        return message(propertiesContent, bodyBytes) + SECTION_OVERHEAD;
    }

    /** The size of an event as an AMQP message of its own. */
    static int message(int propertiesContent, int bodyBytes) {
        int properties = propertiesContent == 0
                ? 0
                : DESCRIPTOR + (propertiesContent < SHORT_MAP_LIMIT ? 3 : 9) + propertiesContent;
        return properties + DESCRIPTOR + (bodyBytes <= 255 ? 2 : 5) + bodyBytes;
    }

    /** The encoded size of a text in a property map. */
    public static int text(String value) {
        return textOf(utf8Length(value));
    }

    /** The encoded size of a text of so many bytes in UTF-8. */
    public static int textOf(int bytes) {
        return (bytes <= 255 ? 2 : 5) + bytes;
    }

    private static int utf8Length(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) > 127) {
                return value.getBytes(StandardCharsets.UTF_8).length;
            }
        }
        return value.length();
    }
}
