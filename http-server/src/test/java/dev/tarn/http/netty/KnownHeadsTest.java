package dev.tarn.http.netty;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.http.Question;
import dev.tarn.http.Response;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class KnownHeadsTest {

    private final KnownHeads heads = new KnownHeads();

    private static Head.Sound head() {
        return new Head.Sound(Question.settled(Response.empty(200)), true, false, Optional.empty());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(US_ASCII);
    }

    private static ByteBuf buffer(String text) {
        return Unpooled.copiedBuffer("before" + text, US_ASCII).skipBytes("before".length());
    }

    @Test
    void onlyTheSameBytesMeanTheSame() {
        Head.Sound head = head();
        String text = "GET /v2/ HTTP/1.1\r\nHost: m\r\n\r\n";

        heads.remember(bytes(text), head, 0);

        assertThat(heads.find(buffer(text))).isSameAs(head);
        for (int i = 0; i < text.length(); i++) {
            char other = (char) (text.charAt(i) ^ 1);
            assertThat(heads.find(buffer(text.substring(0, i) + other + text.substring(i + 1))))
                    .isNull();
            assertThat(heads.find(buffer(text.substring(0, i)))).isNull();
        }
        assertThat(heads.find(buffer(text + text))).isNull();
    }

    @Test
    void manyHeadsTakeOneAnothersPlaceAndAreNeverMixedUp() {
        for (int i = 0; i < 10_000; i++) {
            Head.Sound head = head();
            heads.remember(bytes("GET /" + i), head, 0);
            assertThat(heads.find(buffer("GET /" + i))).isSameAs(head);
        }
        long kept = 0;
        for (int i = 0; i < 10_000; i++) {
            kept += heads.find(buffer("GET /" + i)) == null ? 0 : 1;
        }
        assertThat(kept).isBetween(500L, 1_024L);
    }

    @Test
    void aLongHeadIsNotKept() {
        String text = "x".repeat(1_025);

        heads.remember(bytes(text), head(), 0);

        assertThat(heads.find(buffer(text))).isNull();
    }

    @Test
    void whatChangedItsMeaningIsForgotten() {
        heads.remember(bytes("GET /a"), head(), heads.edition());
        int before = heads.edition();
        heads.forget();
        heads.remember(bytes("GET /b"), head(), before);
        Head.Sound now = head();
        heads.remember(bytes("GET /c"), now, heads.edition());

        assertThat(heads.find(buffer("GET /a"))).isNull();
        assertThat(heads.find(buffer("GET /b"))).isNull();
        assertThat(heads.find(buffer("GET /c"))).isSameAs(now);
    }
}
