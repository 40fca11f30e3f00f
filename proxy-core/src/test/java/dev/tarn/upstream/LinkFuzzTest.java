package dev.tarn.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;

class LinkFuzzTest {

    /// What is passed on as a query cannot spell anything but a query.
    @FuzzTest(maxDuration = "30s")
    void leadsToAPageOrNowhere(byte[] input) {
        String header = new String(input, ISO_8859_1);
        NextPage.parse(List.of(header))
                .ifPresent(page ->
                        assertThat(Url.query(page.parameters())).matches("(\\?[!-~&&[^#?/]]*)?"));
    }

    @FuzzTest(maxDuration = "30s")
    void isAnAddressOrRefused(byte[] input) {
        try {
            Url url = Url.parse(new String(input, ISO_8859_1));
            assertThat(url.target()).startsWith("/").matches("[!-~]*");
            assertThat(url.origin().port()).isBetween(1, 65_535);
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageNotContaining("\n");
        }
    }
}
