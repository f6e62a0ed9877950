package io.factstream.management;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.config.Secret;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessTest {

    private static final Optional<Secret> TOKEN = Optional.of(new Secret("a token of some length"));

    @ParameterizedTest
    @ValueSource(strings = {"localhost:9876", "127.0.0.1:9876", "[::1]:9876", "localhost"})
    void on_loopback_requests_for_this_machine_are_answered(String host) {
        assertThat(new Access(true, Optional.empty()).refusal(host)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example:9876", "localhost.evil.example", "192.168.0.7:9876", ""})
    void on_loopback_requests_by_another_name_are_refused(String host) {
        assertThat(new Access(true, TOKEN).refusal(host)).contains("http://localhost");
    }

    @Test
    void beyond_loopback_any_name_will_do() {
        assertThat(new Access(false, TOKEN).refusal("factstream.shop.example:9876"))
                .isNull();
    }

    @Test
    void what_a_page_of_another_site_sends_is_refused() {
        Access access = new Access(true, Optional.empty());

        assertThat(access.refusalAsForeign("localhost:9876", "http://evil.example", null))
                .contains("another site");
        assertThat(access.refusalAsForeign("localhost:9876", "http://localhost:8080", null))
                .contains("another site");
        assertThat(access.refusalAsForeign("localhost:9876", "null", null)).contains("another site");
        assertThat(access.refusalAsForeign("localhost:9876", null, "cross-site"))
                .contains("another site");
        assertThat(access.refusalAsForeign("localhost:9876", null, "same-site")).contains("another site");
    }

    @Test
    void what_its_own_page_or_no_page_sends_is_not() {
        Access access = new Access(true, Optional.empty());

        assertThat(access.refusalAsForeign("localhost:9876", "http://localhost:9876", "same-origin"))
                .isNull();
        assertThat(access.refusalAsForeign("localhost:9876", null, "none")).isNull();
        assertThat(access.refusalAsForeign("localhost:9876", null, null)).isNull();
    }

    @Test
    void without_a_token_anybody_on_the_machine_may_act_and_nobody_beyond_it() {
        assertThat(new Access(true, Optional.empty()).refusalWithout(null)).isNull();
        assertThat(new Access(false, Optional.empty()).refusalWithout("Bearer anything"))
                .contains("set factstream.management.token");
    }

    @Test
    void a_token_is_asked_for_wherever_one_is_set() {
        for (boolean loopback : new boolean[] {true, false}) {
            Access access = new Access(loopback, TOKEN);

            assertThat(access.refusalWithout("Bearer a token of some length")).isNull();
            assertThat(access.refusalWithout("Bearer a token of some lengt")).contains("needs the token");
            assertThat(access.refusalWithout("a token of some length")).contains("needs the token");
            assertThat(access.refusalWithout(null)).contains("needs the token");
        }
    }

    @Test
    void names_and_addresses_of_this_machine_alone_are_loopback() {
        assertThat(Access.isLoopback("127.0.0.1")).isTrue();
        assertThat(Access.isLoopback("localhost")).isTrue();
        assertThat(Access.isLoopback("::1")).isTrue();
        assertThat(Access.isLoopback("0.0.0.0")).isFalse();
        assertThat(Access.isLoopback("192.168.0.7")).isFalse();
    }
}
