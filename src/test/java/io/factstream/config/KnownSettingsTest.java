package io.factstream.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KnownSettingsTest {

    @Test
    void every_declared_setting_is_in_a_group() throws IllegalAccessException {
        List<Object> declared = new ArrayList<>();
        for (Field field : KnownSettings.class.getFields()) {
            if (field.getType() == Setting.class) {
                declared.add(field.get(null));
            }
        }

        assertThat(KnownSettings.all()).hasSizeGreaterThan(20);
        assertThat(declared).containsExactlyInAnyOrderElementsOf(KnownSettings.all());
    }

    @Test
    void no_two_settings_share_a_key_or_a_variable() {
        assertThat(KnownSettings.all()).extracting(Setting::key).doesNotHaveDuplicates();
        assertThat(KnownSettings.all()).extracting(Setting::environmentVariable).doesNotHaveDuplicates();
    }

    @Test
    void every_description_is_made_of_sentences() {
        assertThat(KnownSettings.all())
                .extracting(Setting::description)
                .allMatch(text -> text.matches("(?s)[A-Z].*\\."));
        assertThat(KnownSettings.PROCESS_VARIABLES)
                .extracting(KnownSettings.ProcessVariable::description)
                .allMatch(text -> text.matches("(?s)[A-Z].*\\."));
    }

    @Test
    void variables_are_the_keys_in_capitals() {
        assertThat(KnownSettings.PAGE_MAX_ROWS.environmentVariable()).isEqualTo("FACTSTREAM_PAGE_MAX_ROWS");
        assertThat(KnownSettings.CONNECTION_STRING_FILE.environmentVariable())
                .isEqualTo("EVENTHUBS_CONNECTION_STRING_FILE");
    }
}
