package io.factstream.cli;

/** Texts that others wrote, as a terminal may show them. */
final class Text {

    private Text() {}

    /** In one line, and without what would steer a terminal. */
    static String line(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ");
    }

    /** Its beginning where it is longer. */
    static String brief(String text, int longest) {
        return text.length() <= longest ? text : text.substring(0, longest - 3) + "...";
    }
}
