package io.factstream.routes;

import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.component.properties.PropertiesComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.jspecify.annotations.Nullable;

/** What {@code {{…}}} in route files stands for, resolved as Camel does, with or without a runtime. */
public final class Placeholders {

    private static final String MARK = "{{";

    /** The usual case: the whole text is one setting. */
    private static final Pattern WHOLE = Pattern.compile("\\{\\{([A-Za-z0-9_.-]+)}}");

    private final Properties values;

    /** @param values the settings, as the runtime hands them to Camel */
    public Placeholders(Properties values) {
        this.values = values;
    }

    /** A placeholder stands for what the settings say; the environment is one place to set them. */
    public static void configure(CamelContext context) {
        PropertiesComponent properties = (PropertiesComponent) context.getPropertiesComponent();
        properties.setEnvironmentVariableMode(PropertiesComponent.ENVIRONMENT_VARIABLES_MODE_FALLBACK);
        properties.setSystemPropertiesMode(PropertiesComponent.SYSTEM_PROPERTIES_MODE_FALLBACK);
    }

    static boolean isIn(String text) {
        return text.contains(MARK);
    }

    /**
     * A text with its placeholders resolved.
     *
     * @return null when it is one optional placeholder, which nothing stands for
     * @throws IllegalArgumentException when nothing stands for one that is not optional
     */
    @Nullable
    String resolve(String text) {
        if (!isIn(text)) {
            return text;
        }
        Matcher whole = WHOLE.matcher(text);
        String value = whole.matches() ? values.getProperty(whole.group(1)) : null;
        if (value != null && !isIn(value)) {
            return value;
        }
        // Never started: it only knows how the runtime reads a placeholder.
        CamelContext camel = new DefaultCamelContext();
        try {
            configure(camel);
            camel.getPropertiesComponent().setInitialProperties(values);
            return camel.resolvePropertyPlaceholders(text);
        } finally {
            camel.stop();
        }
    }
}
