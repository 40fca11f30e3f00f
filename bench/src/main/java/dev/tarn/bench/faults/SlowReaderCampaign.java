package dev.tarn.bench.faults;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.fixture.Shelf;
import dev.tarn.bench.load.SlowReaders;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Many readers on slow lines and few on fast ones, of the same cold blob: the slow ones cost
/// little memory and nobody's time.
record SlowReaderCampaign() implements Campaign {

    private static final int SLOW = 500;
    private static final int FAST = 50;
    private static final long SIZE = 8_000_000;
    private static final long BYTES_PER_CONNECTION_MAX = 256 << 10;
    private static final double SLOWDOWN_MAX = 1.2;

    /// What two runs of the same differ by on a machine with two cores.
    private static final double NOISE_MILLIS = 100;

    @Override
    public String name() {
        return "slow-readers";
    }

    @Override
    public String what() {
        return "500 slow readers beside 50 fast ones of a cold blob: memory, and the time of the fast ones";
    }

    @Override
    public void run(Ground ground) throws IOException {
        Invariants invariants = new Invariants(ground.tally());
        Node node = ground.node();
        node.start();
        ground.upstream().limit(20e6);
        fast(node, ground.blob(SIZE), invariants); // the JVM compiles
        double alone = Double.MAX_VALUE;
        double beside = Double.MAX_VALUE;
        for (int round = 0; round < ground.rounds(4, 30); round++) {
            alone = Math.min(alone, fast(node, ground.blob(SIZE), invariants));
            beside = Math.min(beside, besideSlowOnes(ground, node, invariants));
        }
        ground.tally().most("ms p99 of the fast ones alone", (long) alone);
        ground.tally().most("ms p99 beside slow ones", (long) beside);
        // The best of some rounds each: another process on two cores costs more than all readers
        // do.
        if (beside > SLOWDOWN_MAX * alone + NOISE_MILLIS) {
            ground.tally().violated("fast ones took %.0f ms, alone %.0f".formatted(beside, alone));
        }
        ground.upstream().heal();
    }

    private static double besideSlowOnes(Ground ground, Node node, Invariants invariants)
            throws IOException {
        long before = node.status("VmRSS");
        Blob blob = ground.blob(SIZE);
        double beside;
        long after;
        try (SlowReaders slow = SlowReaders.open(node.endpoint(), blob, Shelf.pathOf(blob), SLOW)) {
            slow.read(Duration.ofMillis(300), 20_000);
            beside = fast(node, blob, invariants);
            slow.read(Duration.ofSeconds(1), 20_000);
            after = node.status("VmRSS");
        }
        ground.tally().add("slow readers", SLOW);
        ground.tally().most("MB more for 500 slow readers", (after - before) / 1_000);
        if ((after - before) * 1_024 > SLOW * BYTES_PER_CONNECTION_MAX) {
            ground.tally().violated("RSS grew from %d to %d kB".formatted(before, after));
        }
        return beside;
    }

    private static double fast(Node node, Blob blob, Invariants invariants) {
        List<Pull> pulls = new ArrayList<>();
        for (int i = 0; i < FAST; i++) {
            pulls.add(Pull.of(node.endpoint(), blob));
        }
        List<Double> millis = new ArrayList<>();
        for (Pulled pulled : Clients.all(pulls)) {
            invariants.right("a fast one", pulled);
            millis.add(pulled.millis());
        }
        return Clients.quantile(millis, 0.99);
    }
}
