package dev.tarn.pull;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.oci.ByteRange;
import dev.tarn.oci.ContentRange;
import dev.tarn.oci.RegistryException.RangeUnsatisfiable;
import dev.tarn.pull.Chunks.Chunk;
import dev.tarn.pull.Chunks.Wanted;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Runs the bookkeeping of a download through random worlds, single-threaded, from a seed. A seed
/// that fails stands in the test's name and fails again.
class DownloadSimulationTest {

    private static final int SEEDS = 100;
    private static final int WORLDS_PER_SEED = 20;

    static LongStream seeds() {
        return LongStream.range(0, SEEDS);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyByteIsFetchedExactlyOnce(long seed) {
        Random random = new Random(seed);
        for (int world = 0; world < WORLDS_PER_SEED; world++) {
            new World(random).run();
        }
    }

    /// One download: a size, a chunk size, a number of workers, readers that move, and a source
    /// that may answer short, or not know ranges at all.
    private static final class World {
        private final Random random;
        private final int size;
        private final boolean honoursRanges;
        private final int workers;
        private final Chunks chunks;
        private final BitSet written = new BitSet();
        private final List<Chunk> running = new ArrayList<>();
        private final List<Long> ends = new ArrayList<>();
        private int resumed;

        World(Random random) {
            this.random = random;
            this.size = random.nextInt(500);
            this.honoursRanges = random.nextInt(4) > 0;
            this.workers = 1 + random.nextInt(5);
            this.chunks = new Chunks(1 + random.nextInt(80));
            if (size > 1 && honoursRanges && random.nextInt(3) == 0) {
                resume();
            }
        }

        private void resume() {
            Spans spans = new Spans();
            for (int i = 0; i < 3; i++) {
                int start = random.nextInt(size);
                int end = start + random.nextInt(size - start);
                spans.add(start, end);
                written.set(start, Math.min(end, size - 1));
            }
            resumed = written.cardinality();
            chunks.resume(new IncomingBlob.Remainder(size, spans));
        }

        void run() {
            int fetched = 0;
            start(chunks.first(wanted()));
            claimMore();
            while (!running.isEmpty()) {
                fetched += step(random.nextInt(running.size()));
                claimMore();
            }
            assertThat(chunks.size()).hasValue(size);
            assertThat(chunks.presentEnd(0)).isEqualTo(size);
            assertThat(chunks.next(List.of(), 1)).isEmpty();
            assertThat(fetched).isEqualTo(size - resumed);
        }

        private void claimMore() {
            while (chunks.size().isPresent() && running.size() < workers) {
                List<Wanted> readers = readers();
                Optional<Chunk> chunk = chunks.next(readers, random.nextInt(200));
                if (chunk.isEmpty()) {
                    return;
                }
                start(chunk.get());
            }
        }

        private List<Wanted> readers() {
            List<Wanted> readers = new ArrayList<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                long position = random.nextInt(size + 1);
                readers.add(new Wanted(position, position + random.nextInt(size + 1)));
            }
            return readers;
        }

        private ByteRange wanted() {
            int start = random.nextInt(size + 100);
            return switch (random.nextInt(3)) {
                case 0 -> ByteRange.whole();
                case 1 -> new ByteRange.Between(start, start + 1L + random.nextInt(100));
                default -> new ByteRange.Last(1 + random.nextInt(100));
            };
        }

        private void start(Chunk chunk) {
            ContentRange answer = answer(chunk.asked());
            boolean fits =
                    chunks.open(
                            chunk,
                            answer.start(),
                            OptionalLong.of(answer.end()),
                            OptionalLong.of(size));
            assertThat(fits).as("%s for %s", answer, chunk.asked()).isTrue();
            running.add(chunk);
            ends.add(answer.end());
        }

        private ContentRange answer(ByteRange asked) {
            if (!honoursRanges) {
                return ContentRange.whole(size);
            }
            try {
                ContentRange full = asked.of(size);
                boolean isShort = full.length() > 1 && random.nextInt(4) == 0;
                long end =
                        isShort
                                ? full.start() + 1 + random.nextInt((int) full.length() - 1)
                                : full.end();
                return new ContentRange(full.start(), end, size);
            } catch (RangeUnsatisfiable e) {
                return new ContentRange(0, 0, size);
            }
        }

        /// Lets one chunk bring some bytes, or end.
        private int step(int index) {
            Chunk chunk = running.get(index);
            int left = (int) (ends.get(index) - chunk.cursor());
            if (left == 0) {
                chunks.end(chunk);
                running.remove(index);
                ends.remove(index);
                return 0;
            }
            int count = 1 + random.nextInt(left);
            int position = (int) chunk.cursor();
            int next = written.nextSetBit(position);
            assertThat(next < 0 || next >= position + count).as("written twice").isTrue();
            written.set(position, position + count);
            chunks.wrote(chunk, count);
            assertThat(chunks.presentEnd(0)).isEqualTo(written.nextClearBit(0));
            return count;
        }
    }
}
