package dev.tarn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.oci.Digest;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DemoTest {

    private static final DemoImage IMAGE =
            DemoImage.generate(900_000, 300_000, 100_000, 50_000, 1_000, 1);

    private final SlowLink link = new SlowLink(Duration.ofMillis(2), 50_000_000);
    private final StringWriter out = new StringWriter();

    private boolean run(DemoImage image) throws IOException, InterruptedException {
        return new Demo(new PrintWriter(out), image, link, 5).run();
    }

    @Test
    void everyByteCrossesTheLinkOncePerColdMirrorAndNeverForAWarmOne() throws Exception {
        assertThat(run(IMAGE)).as(out.toString()).isTrue();

        List<String> rows =
                out.toString()
                        .lines()
                        .filter(line -> line.endsWith("8/8") || line.endsWith("40/40"))
                        .toList();
        assertThat(rows).hasSize(4);
        assertThat(rows)
                .extracting(row -> row.replaceAll(".* (\\d\\.\\d\\dx) .*", "$1"))
                .containsExactly("1.00x", "1.00x", "1.00x", "0.00x");
        assertThat(rows).extracting(String::length).containsOnly(DemoStep.HEADER.length());
    }

    @Test
    void aWrongByteMakesItFail() throws Exception {
        Map<Digest, byte[]> blobs = new LinkedHashMap<>(IMAGE.blobs());
        blobs.replaceAll((_, bytes) -> bytes.length == 100_000 ? new byte[100_000] : bytes);

        assertThat(run(new DemoImage(IMAGE.manifest(), blobs))).isFalse();
        assertThat(out.toString()).contains("without the mirror: only 7 digests were right");
    }
}
