package dev.tarn.pull;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.oci.ByteRange;
import java.util.List;
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

    @Test
    void partsEndWhereTheNextOneStartsWell() {
        long size = 10_000_000;
        Chunks.Chunk first = chunks.first(new ByteRange.Between(5_000_000, size));
        assertThat(first.asked())
                .isEqualTo(new ByteRange.Between(5_000_000, 23 * IncomingBlob.WRITE_BYTES));
        OptionalLong end = OptionalLong.of(first.end());
        assertThat(chunks.open(first, 5_000_000, end, OptionalLong.of(size))).isTrue();

        Chunks.Chunk next = chunks.next(List.of(), 2_000_000).orElseThrow();
        assertThat(next.asked()).isEqualTo(new ByteRange.Between(0, 4 * IncomingBlob.WRITE_BYTES));
    }

    @Test
    void aPartThatIsShorterThanThatEndsAnywhere() {
        Chunks small = new Chunks(1_000);
        assertThat(small.first(ByteRange.whole()).asked())
                .isEqualTo(new ByteRange.Between(0, 1_000));
    }

    /// What is left after a break may end a little behind such a place: that is no second request.
    @Test
    void aPartThatReachesWhatComesNextIsNotCutShort() {
        long size = 2_000_000;
        Chunks large = new Chunks(4_000_000);
        Chunks.Chunk first = large.first(ByteRange.whole());
        OptionalLong end = OptionalLong.of(size);
        assertThat(large.open(first, 0, end, end)).isTrue();
        large.wrote(first, size / 2);
        large.fail(first);

        Chunks.Chunk next = large.next(List.of(), 1 << 20).orElseThrow();
        assertThat(next.asked()).isEqualTo(new ByteRange.Between(size / 2, size));
    }
}
