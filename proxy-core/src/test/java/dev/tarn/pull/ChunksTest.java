package dev.tarn.pull;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.oci.ByteRange;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ChunksTest {

    private final Chunks chunks = new Chunks(1 << 20);

    @Test
    void whatIsKeptIsWhatWasThereWhenItWasAskedFor() {
        Chunks.Chunk chunk = chunks.first(ByteRange.whole());
        assertThat(chunks.open(chunk, 0, OptionalLong.of(1_000), OptionalLong.of(1_000))).isTrue();
        chunks.wrote(chunk, 100);

        IncomingBlob.Remainder kept = chunks.remainder().orElseThrow();
        chunks.wrote(chunk, 100); // while the file is being synced

        assertThat(kept.spans().toList()).containsExactly(new Spans.Span(0, 100));
        assertThat(chunks.remainder().orElseThrow().spans().length()).isEqualTo(200);
    }
}
