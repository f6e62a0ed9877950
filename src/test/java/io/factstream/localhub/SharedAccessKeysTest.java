package io.factstream.localhub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.credential.TokenRequestContext;
import com.azure.messaging.eventhubs.implementation.EventHubSharedKeyCredential;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SharedAccessKeysTest {

    private final SharedAccessKeys keys = new SharedAccessKeys(Map.of("Root", "s3cret+/="));

    private static String token(String name, String secret) {
        return new EventHubSharedKeyCredential(name, secret, Duration.ofMinutes(10))
                .getTokenSync(new TokenRequestContext().addScopes("amqp://localhost/retail"))
                .getToken();
    }

    @Test
    void a_token_signed_with_a_key_is_honoured_until_it_expires() throws SharedAccessKeys.RefusedException {
        SharedAccessKeys.Grant grant = keys.check(token("Root", "s3cret+/="), Instant.now());

        assertThat(grant.resource()).isEqualTo("amqp://localhost/retail");
        assertThat(grant.covers("Retail")).isTrue();
        assertThat(grant.covers("returns")).isFalse();
        assertThat(grant.expiry()).isBetween(Instant.now(), Instant.now().plusSeconds(601));
    }

    @Test
    void an_expired_token_is_refused() {
        String token = token("Root", "s3cret+/=");

        assertThatThrownBy(() -> keys.check(token, Instant.now().plusSeconds(601)))
                .isInstanceOf(SharedAccessKeys.RefusedException.class)
                .hasMessageContaining("expired");
    }

    @Test
    void a_longer_life_than_was_signed_is_refused() {
        String token = token("Root", "s3cret+/=").replaceFirst("se=\\d+", "se=9999999999");

        assertThatThrownBy(() -> keys.check(token, Instant.now()))
                .isInstanceOf(SharedAccessKeys.RefusedException.class)
                .hasMessageContaining("signature");
    }

    @Test
    void another_secret_or_another_key_is_refused_without_telling_the_secret() {
        assertThatThrownBy(() -> keys.check(token("Root", "guess"), Instant.now()))
                .isInstanceOf(SharedAccessKeys.RefusedException.class)
                .hasMessageNotContaining("s3cret");
        assertThatThrownBy(() -> keys.check(token("Other", "s3cret+/="), Instant.now()))
                .isInstanceOf(SharedAccessKeys.RefusedException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "eyJhbGciOiJSUzI1NiJ9.e30.c2ln",
                "SharedAccessSignature ",
                "SharedAccessSignature sr=a&sig=b&se=c&skn=Root",
                "SharedAccessSignature sr=a&sig=%zz&se=1&skn=Root"
            })
    void what_is_no_token_is_refused(String token) {
        assertThatThrownBy(() -> keys.check(token, Instant.now()))
                .isInstanceOf(SharedAccessKeys.RefusedException.class);
    }
}
