package dev.tarn.pull;

import dev.tarn.oci.ByteRange;
import dev.tarn.oci.ContentRange;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.RangeUnsatisfiable;
import dev.tarn.oci.RegistryException.Throttled;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.RegistryException.UpstreamFailed.Kind;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.Random;

/// A source that takes its time, and that fails, lies and falls silent as the seed says.
final class SimulatedSource implements Source {

    private static final long MILLI = 1_000_000;

    private final Simulation time;
    private final Random random;
    private final byte[] bytes;
    private final boolean honoursRanges;
    private final boolean announcesSize;
    private int failuresPerMille;
    private int liesLeft;
    long bytesSent;
    int failures;
    int lies;
    int open;

    /// @param failuresPerMille of how many calls fail
    /// @param liesMax how many answers hold wrong bytes at most
    SimulatedSource(
            Simulation time, Random random, byte[] bytes, int failuresPerMille, int liesMax) {
        this.time = time;
        this.random = random;
        this.bytes = bytes;
        this.honoursRanges = random.nextInt(4) > 0;
        this.announcesSize = honoursRanges || random.nextBoolean();
        this.failuresPerMille = failuresPerMille;
        this.liesLeft = liesMax;
    }

    /// From now on it does what a source should.
    void heal() {
        failuresPerMille = 0;
        liesLeft = 0;
    }

    boolean honoursRanges() {
        return honoursRanges;
    }

    @Override
    public Fetch fetch(ByteRange range) throws InterruptedException {
        time.sleep(random.nextInt(100) * MILLI);
        failSometimes();
        byte[] sent = bytes;
        if (liesLeft > 0 && bytes.length > 0 && random.nextInt(3) == 0) {
            liesLeft--;
            lies++;
            sent = bytes.clone();
            sent[random.nextInt(sent.length)] ^= 1;
        }
        if (!honoursRanges) {
            return new Answer(sent, ContentRange.whole(sent.length));
        }
        try {
            ContentRange asked = range.of(sent.length);
            boolean isShort = asked.length() > 1 && random.nextInt(20) == 0;
            long end =
                    isShort
                            ? asked.start() + 1 + random.nextInt((int) asked.length() - 1)
                            : asked.end();
            return new Answer(sent, new ContentRange(asked.start(), end, sent.length));
        } catch (RangeUnsatisfiable e) {
            return new Answer(sent, new ContentRange(sent.length, sent.length, sent.length));
        }
    }

    private void failSometimes() throws InterruptedException {
        if (random.nextInt(1_000) < failuresPerMille) {
            failures++;
            throw failure();
        }
    }

    private RegistryException failure() throws InterruptedException {
        return switch (random.nextInt(5)) {
            case 0 -> {
                time.sleep(15_000 * MILLI);
                yield new UpstreamFailed(Kind.SILENT, "as the seed says");
            }
            case 1 -> new UpstreamFailed(Kind.BROKEN, "as the seed says");
            case 2 -> new Throttled("as the seed says", Duration.ofSeconds(random.nextInt(1, 8)));
            case 3 -> new UpstreamFailed(Kind.BAD_ANSWER, "as the seed says");
            default -> new UpstreamFailed(Kind.CUT_OFF, "as the seed says");
        };
    }

    private final class Answer implements Fetch {
        private final byte[] sent;
        private final ContentRange range;
        private boolean isClosed;
        private long position;

        Answer(byte[] sent, ContentRange range) {
            this.sent = sent;
            this.range = range;
            this.position = range.start();
            open++;
        }

        @Override
        public long start() {
            return range.start();
        }

        @Override
        public OptionalLong end() {
            return announcesSize ? OptionalLong.of(range.end()) : OptionalLong.empty();
        }

        @Override
        public OptionalLong size() {
            return announcesSize ? OptionalLong.of(range.size()) : OptionalLong.empty();
        }

        @Override
        public boolean next(Sink sink) throws InterruptedException {
            if (random.nextInt(4) == 0) {
                time.sleep(random.nextInt(300) * MILLI);
            }
            if (isClosed) {
                throw new UpstreamFailed(Kind.CUT_OFF, "closed");
            }
            if (position == range.end()) {
                return false;
            }
            failSometimes();
            int most = (int) Math.min(range.end() - position, 4_096);
            int count = 1 + random.nextInt(most);
            bytesSent += count;
            sink.accept(ByteBuffer.wrap(sent, (int) position, count).slice());
            position += count;
            return true;
        }

        @Override
        public void close() {
            if (!isClosed) {
                isClosed = true;
                open--;
            }
        }
    }
}
