package io.factstream.localhub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.Test;

class SectionCursorTest {

    private static byte[] message(byte[] body) {
        Message message = Message.Factory.create();
        message.setDurable(true);
        message.setMessageId("id");
        message.setMessageAnnotations(new MessageAnnotations(Map.of(Symbol.valueOf("a"), 1)));
        message.setApplicationProperties(new ApplicationProperties(Map.of("text", "value", "number", 5L)));
        message.setBody(new Data(new Binary(body)));
        byte[] encoded = new byte[body.length + 1000];
        return Arrays.copyOf(encoded, message.encode(encoded, 0, encoded.length));
    }

    @Property
    boolean the_data_of_any_message_is_found(@ForAll @Size(max = 600) byte[] body) throws MalformedMessageException {
        byte[] encoded = message(body);
        SectionCursor sections = new SectionCursor(encoded, 0, encoded.length);
        byte[] found = null;
        while (sections.next()) {
            if (sections.code() == SectionCursor.DATA) {
                found = Arrays.copyOfRange(encoded, sections.dataStart(), sections.end());
            }
        }
        return Arrays.equals(found, body) && sections.end() == encoded.length;
    }

    @Property
    void bytes_of_any_kind_are_sections_or_refused(@ForAll @Size(max = 60) byte[] bytes) {
        assertThatCodeIsSectionsOrRefused(bytes);
    }

    @Property
    void a_message_cut_off_or_damaged_anywhere_is_sections_or_refused(
            @ForAll @Size(max = 40) byte[] body, @ForAll byte damage, @ForAll short place) {
        byte[] encoded = message(body);
        int at = Math.floorMod(place, encoded.length);
        assertThatCodeIsSectionsOrRefused(Arrays.copyOf(encoded, at));
        encoded[at] = damage;
        assertThatCodeIsSectionsOrRefused(encoded);
    }

    @Test
    void a_message_without_its_last_byte_is_refused() {
        byte[] encoded = message(new byte[10]);

        assertThatThrownBy(() -> SectionCursor.check(encoded, 0, encoded.length - 1))
                .isInstanceOf(MalformedMessageException.class);
    }

    private static void assertThatCodeIsSectionsOrRefused(byte[] bytes) {
        try {
            SectionCursor.check(bytes, 0, bytes.length);
        } catch (MalformedMessageException refused) {
            assertThat(refused).hasMessageMatching(".+");
        }
    }
}
