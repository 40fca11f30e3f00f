package dev.tarn.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.oci.RegistryException.Malformed;
import dev.tarn.pull.PageQuery;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueryTest {

    @Test
    void parametersAreDecodedOnce() {
        Query query = Query.parse("a=%2541&b=x%20y&c&d=1=2&e=%C3%A9&f=a+b");
        assertThat(query.parameters())
                .containsExactly(
                        Map.entry("a", "%41"),
                        Map.entry("b", "x y"),
                        Map.entry("c", ""),
                        Map.entry("d", "1=2"),
                        Map.entry("e", "é"),
                        Map.entry("f", "a+b"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a=%", "a=%4", "a=%zz", "a=%-1", "a=%00", "a=%0d%0aX:1", "a=%7f", "a=%C3", "a=%FF",
                "a=%C0%80", "a=%ED%A0%80", "a=b c", "a=é", "a=#", "a=\\", "a=\"", "a=<", "a=b&a=c",
                "a=%EF%BC%9", "a&a", "a=b&%61=c", "a=%C2%85", "a=%u0041", "a=^", "a={}", "a=|"
            })
    void whatCannotBeReadInOneWayIsRefused(String query) {
        assertThatThrownBy(() -> Query.parse(query)).isInstanceOf(Malformed.class);
    }

    @Test
    void thereIsALimitToParameters() {
        StringBuilder text = new StringBuilder("p0");
        for (int i = 1; i < 32; i++) {
            text.append("&p").append(i);
        }
        assertThat(Query.parse(text.toString()).parameters()).hasSize(32);
        assertThatThrownBy(() -> Query.parse(text + "&p32")).isInstanceOf(Malformed.class);
    }

    @Test
    void whatIsEncodedIsReadBack() {
        Map<String, String> odd = Map.of("next_page", "a&b=c d%>\"; é\u2028,+/");
        String encoded = Query.encode(PageQuery.of(odd));
        assertThat(encoded).matches("[A-Za-z0-9%=._~-]+");
        assertThat(Query.parse(encoded).parameters()).isEqualTo(odd);
    }
}
