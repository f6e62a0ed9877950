package io.factstream.config;

/** The hub to send to and how to be let in, complete and free of contradictions. */
public sealed interface HubConnection {

    /** The hub's name. */
    String hubName();

    /** What a person would look for in logs and messages; it holds no secret. */
    String display();

    /**
     * Let in by a connection string.
     *
     * @param connectionString names the hub ({@code EntityPath}), as Camel's endpoint needs it
     * @param host the namespace's host
     */
    record BySharedAccess(Secret connectionString, String host, String hubName) implements HubConnection {
        @Override
        public String display() {
            return host + "/" + hubName;
        }
    }

    /**
     * Let in by the identity that the Azure SDK finds.
     *
     * @param namespace its short name, without {@code .servicebus.windows.net}
     */
    record ByAzureIdentity(String namespace, String hubName) implements HubConnection {
        @Override
        public String display() {
            return namespace + "/" + hubName;
        }
    }
}
