package dev.tarn.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ResponseHeadTest {

    @Test
    void itIsSentInTheOrderInWhichItWasMade() {
        ResponseHead head = ResponseHead.of(206).with("B", "1").with("A", "2").with("B", "3");

        assertThat(new String(head.encoded(), ISO_8859_1))
                .isEqualTo("HTTP/1.1 206 Partial Content\r\nB: 3\r\nA: 2\r\n");
        assertThat(head.encoded()).isSameAs(head.encoded());
    }

    @Test
    void aStatusWithoutAReasonHasAnEmptyOne() {
        assertThat(new String(ResponseHead.of(418).encoded(), ISO_8859_1))
                .isEqualTo("HTTP/1.1 418 \r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a\r\nB: c", "a\nb", "a\rb", "a\0b", "a\u007fb", "a\u0100b", "a\u010ab"})
    void whatWouldEndALineIsRefused(String text) {
        ResponseHead head = ResponseHead.of(200);

        assertThatThrownBy(() -> head.with("A", text)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> head.with(text, "a")).isInstanceOf(IllegalArgumentException.class);
    }
}
