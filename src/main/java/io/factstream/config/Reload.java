package io.factstream.config;

/** Whether changes of route files are taken up while the runtime runs. */
public enum Reload {
    /** Each change that is saved is checked, and takes effect. */
    ON,
    /** Changes take effect at the next start. */
    OFF
}
