package io.factstream.config;

/** How FactStream proves to Event Hubs who it is. */
public enum Authentication {
    /** By the shared access key or signature in a connection string. */
    CONNECTION_STRING,
    /** By the identity that the Azure SDK finds: a managed identity, a workload identity, a service principal. */
    AZURE_IDENTITY
}
