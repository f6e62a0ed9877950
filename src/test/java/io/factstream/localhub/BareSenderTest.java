package io.factstream.localhub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the hub does with messages that the SDKs would not send. */
@Timeout(30)
class BareSenderTest {

    private static final int PLAIN_FORMAT = 0;
    private static final int LIMIT = 256 * 1024;

    private final LocalEventHubs hubs = LocalEventHubs.builder()
            .hub("retail", 1)
            .key("Root", "secret")
            .maxMessageSize(LIMIT)
            .start();

    @AfterEach
    void close() {
        hubs.close();
    }

    private String send(int messageFormat, byte[] message) throws IOException {
        return BareSender.send(hubs.port(), "\0Root\0secret", "retail", messageFormat, message);
    }

    private static byte[] encoded(Message message) {
        byte[] bytes = new byte[2 * LIMIT];
        return Arrays.copyOf(bytes, message.encode(bytes, 0, bytes.length));
    }

    private static byte[] data(int size) {
        Message message = Message.Factory.create();
        message.setBody(new Data(new Binary(new byte[size])));
        return encoded(message);
    }

    @Test
    void a_message_of_exactly_the_limit_is_accepted_and_a_longer_one_rejected() throws IOException {
        byte[] largest = data(LIMIT - 8);
        assertThat(largest).hasSize(LIMIT);

        assertThat(send(PLAIN_FORMAT, largest)).isEqualTo("Accepted");
        assertThat(send(PLAIN_FORMAT, data(LIMIT - 7))).isEqualTo(Conditions.MESSAGE_SIZE_EXCEEDED);

        assertThat(hubs.events("retail")).hasSize(1).allMatch(event -> event.body().length == LIMIT - 8);
    }

    @Test
    void bytes_that_are_no_message_are_rejected() throws IOException {
        assertThat(send(PLAIN_FORMAT, new byte[] {1, 2, 3})).isEqualTo(Conditions.DECODE_ERROR);
    }

    @Test
    void a_batch_whose_entries_are_no_messages_is_rejected() throws IOException {
        assertThat(send(EventBatch.BATCH_FORMAT, data(10))).isEqualTo(Conditions.DECODE_ERROR);
        assertThat(hubs.count("retail")).isZero();
    }

    @Test
    void a_batch_without_entries_is_rejected() throws IOException {
        Message message = Message.Factory.create();
        message.setBody(new AmqpValue("not a batch"));

        assertThat(send(EventBatch.BATCH_FORMAT, encoded(message))).isEqualTo(Conditions.ARGUMENT_ERROR);
    }

    @Test
    void a_partition_key_of_more_than_128_characters_is_rejected() throws IOException {
        Message message = Message.Factory.create();
        message.setMessageAnnotations(
                new MessageAnnotations(Map.of(Symbol.valueOf("x-opt-partition-key"), "k".repeat(129))));
        message.setBody(new Data(new Binary(new byte[1])));

        assertThat(send(PLAIN_FORMAT, encoded(message))).isEqualTo(Conditions.ARGUMENT_ERROR);
    }

    @Test
    void a_link_without_a_token_is_refused() throws IOException {
        assertThat(BareSender.send(hubs.port(), "", "retail", PLAIN_FORMAT, data(1)))
                .isEqualTo(Conditions.UNAUTHORIZED_ACCESS);
    }
}
