package io.factstream.cli;

/** Who typed a command, for the record. */
final class Person {

    private Person() {}

    /** The name of the user that the process runs as. */
    static String name() {
        String name = System.getProperty("user.name");
        return name == null || name.isBlank() ? "unknown" : name;
    }
}
