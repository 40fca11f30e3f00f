package dev.tarn.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.tarn.oci.ByteRange;
import dev.tarn.oci.ContentRange;
import dev.tarn.oci.Digest;
import dev.tarn.oci.RegistryException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Lets the whole of a download run in worlds that a seed makes up: who comes when and for what,
/// how fast everybody is, what the source and the disk do wrong, when the process is killed, and
/// which thread goes on when. A seed that fails is named and fails again:
/// `-Dtarn.simulation.first=SEED -Dtarn.simulation.seeds=1`.
class PullSimulationTest {

    private static final long FIRST = Long.getLong("tarn.simulation.first", 1);
    private static final long SEEDS = Long.getLong("tarn.simulation.seeds", 2_000);

    @Test
    void nobodyEverGetsAWrongByteOrWaitsForEver() {
        long[] totals = new long[4];
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            World world = new World(seed);
            try {
                world.run();
            } catch (RuntimeException | Error e) {
                fail("seed " + seed, e);
            }
            totals[0] += world.pulls;
            totals[1] += world.right;
            totals[2] += world.source.failures + world.store.failures + world.source.lies;
            totals[3] += world.kills;
        }
        System.out.printf(
                "simulated %d seeds from %d on: %d pulls, %d right, %d faults, %d kills%n",
                SEEDS, FIRST, totals[0], totals[1], totals[2], totals[3]);
    }

    private static final class World {
        private static final long SECOND = 1_000_000_000;

        private final Random random;
        private final Simulation time;
        private final byte[] bytes;
        private final Digest digest;
        private final SimulatedStore store;
        private final SimulatedSource source;
        private final Target target;
        private final DownloadConfig config;
        private final boolean isCalm;
        private final List<BlobPuller> pullers = new ArrayList<>();
        private SimulatedStore.Mounted mounted;
        private BlobPuller puller;
        private String lastFailure = "";
        int pulls;
        int right;
        int kills;

        World(long seed) {
            this.random = new Random(seed);
            this.time = new Simulation(random);
            this.bytes = new byte[size()];
            random.nextBytes(bytes);
            this.digest = Digest.of(Digest.Algorithm.SHA256, bytes);
            this.isCalm = random.nextInt(4) == 0;
            this.store = new SimulatedStore(random, isCalm ? 0 : oneOf(0, 0, 2, 50));
            this.source =
                    new SimulatedSource(
                            time,
                            random,
                            bytes,
                            isCalm ? 0 : oneOf(0, 5, 30, 200),
                            isCalm ? 0 : oneOf(0, 0, 1, 3));
            ScriptedUpstream upstream = new ScriptedUpstream("registry.test");
            upstream.addBlob("a/one", bytes);
            upstream.source = source;
            this.target = upstream.target("a/one");
            this.config =
                    new DownloadConfig(
                            oneOf(1_000, 4_000, 20_000, 1 << 20),
                            oneOf(1, 2, 4, 8),
                            oneOf(1, 2, 64),
                            0,
                            Duration.ofSeconds(oneOf(0, 1, 60)));
            begin();
        }

        private int size() {
            return switch (random.nextInt(5)) {
                case 0 -> 1 + random.nextInt(3);
                case 1 -> 1 + random.nextInt(20_000);
                default -> 1 + random.nextInt(100_000);
            };
        }

        private int oneOf(int... choices) {
            return choices[random.nextInt(choices.length)];
        }

        private void begin() {
            mounted = store.new Mounted();
            puller =
                    new BlobPuller(
                            new Environment(mounted, config, time),
                            new InMemoryManifestStore(),
                            PullListener.NOBODY);
            pullers.add(puller);
        }

        void run() {
            int clients = 1 + random.nextInt(6);
            for (int i = 0; i < clients; i++) {
                long start = random.nextInt(4) * SECOND / 2;
                time.start("client " + i, () -> beClient(start));
            }
            if (!isCalm) {
                time.start("fate", this::beFate);
            }
            time.run();
            time.start(
                    "end",
                    () -> {
                        source.heal();
                        store.isFull = false;
                        store.heal();
                        // What was left behind may be wrong, and who had some of it is cut off.
                        boolean isRight = pull(ByteRange.whole(), false);
                        isRight = isRight || pull(ByteRange.whole(), false);
                        assertThat(isRight).as(lastFailure).isTrue();
                        for (BlobPuller each : pullers) {
                            each.close();
                        }
                    });
            time.run();
            assertThat(source.open).as("answers left open").isZero();
            assertThat(store.committed(digest))
                    .hasValueSatisfying(stored -> assertThat(stored).isEqualTo(bytes));
            assertThat(store.hasKept(digest)).as("leftovers").isFalse();
            boolean staysForAll = config.idleTimeout().compareTo(Duration.ofMinutes(1)) >= 0;
            if (isCalm && staysForAll && source.honoursRanges()) {
                assertThat(source.bytesSent).isEqualTo(bytes.length);
            }
        }

        /// Pulls until it has all that it wants, or loses patience.
        private void beClient(long start) throws Exception {
            time.sleep(start);
            ByteRange range = range();
            boolean leaves = random.nextInt(5) == 0;
            for (int attempt = 0; attempt < 3; attempt++) {
                if (pull(range, leaves) || leaves) {
                    return;
                }
                assertThat(isCalm).as("failed though nothing went wrong").isFalse();
                time.sleep(SECOND);
            }
        }

        private ByteRange range() {
            if (bytes.length < 2 || random.nextInt(5) < 3) {
                return ByteRange.whole();
            }
            long start = random.nextInt(bytes.length);
            return random.nextBoolean()
                    ? new ByteRange.Between(start, start + 1 + random.nextInt(bytes.length))
                    : new ByteRange.Last(1 + random.nextInt(bytes.length));
        }

        /// Whether all of it came; what comes complete is right.
        @SuppressWarnings("ThreadPriorityCheck") // the yield: others get their turn there
        private boolean pull(ByteRange range, boolean leaves) throws Exception {
            pulls++;
            long patience = leaves ? random.nextInt(bytes.length + 1) : Long.MAX_VALUE;
            try (BlobContent content = puller.pull(target, digest, range).content()) {
                long size = content.awaitSize();
                ContentRange part = range.of(size);
                byte[] read = new byte[(int) part.length()];
                long position = part.start();
                while (position < part.end()) {
                    long end = Math.min(part.end(), content.awaitReadable(position));
                    if (position - part.start() >= patience) {
                        return false;
                    }
                    if (random.nextInt(3) == 0) {
                        Thread.yield(); // whatever happens now, what was granted stays so
                    }
                    int most = (int) Math.min(end - position, 1 + random.nextInt(30_000));
                    ByteBuffer buffer =
                            ByteBuffer.wrap(read, (int) (position - part.start()), most);
                    position += content.read(buffer, position);
                    if (random.nextInt(8) == 0) {
                        time.sleep(random.nextInt(2_000) * 1_000_000L);
                    }
                }
                assertThat(size).isEqualTo(bytes.length);
                boolean isRight =
                        Arrays.equals(
                                read,
                                Arrays.copyOfRange(bytes, (int) part.start(), (int) part.end()));
                // A range from the middle goes out before anybody can know whether it is right.
                boolean isPromised = part.end() == size || source.lies == 0;
                assertThat(isRight || !isPromised)
                        .as(
                                "right bytes from %s to %s, wrong at %s of %s",
                                part.start(),
                                part.end(),
                                Arrays.mismatch(
                                        read,
                                        Arrays.copyOfRange(
                                                bytes, (int) part.start(), (int) part.end())),
                                size)
                        .isTrue();
                right++;
                return true;
            } catch (RegistryException | IOException e) {
                lastFailure = e.toString();
                return false;
            }
        }

        /// What happens to everybody: the process is killed, the disk fills, blobs are evicted.
        private void beFate() throws Exception {
            for (int i = random.nextInt(4); i > 0; i--) {
                time.sleep(random.nextInt(3_000) * 1_000_000L);
                switch (random.nextInt(3)) {
                    case 0 -> {
                        kills++;
                        mounted.kill();
                        begin();
                    }
                    case 1 -> store.isFull = !store.isFull;
                    default -> {
                        store.evict(digest);
                    }
                }
            }
        }
    }
}
