package dev.tarn.bench.faults;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.machine.Pause;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/// SIGTERM under load: what has begun to be answered is answered to its end, hits and running
/// downloads alike, and the process is gone in time.
record DrainCampaign() implements Campaign {

    private static final int CLIENTS = 20;
    private static final Duration DRAIN_MAX = Duration.ofSeconds(31);

    @Override
    public String name() {
        return "drain";
    }

    @Override
    public String what() {
        return "SIGTERM under load: no answer is cut off, gone within 30 s";
    }

    @Override
    public void run(Ground ground) throws IOException {
        Invariants invariants = new Invariants(ground.tally());
        Node node = ground.node();
        Blob warm = ground.blob(3_000_000);
        for (int round = 0; round < ground.rounds(8, 60); round++) {
            String when = "drain " + round;
            node.start();
            ground.upstream().limit(2e6);
            Blob cold = ground.blob(1_500_000);
            invariants.right(when, Pull.of(node.endpoint(), warm).run());
            AtomicInteger begun = new AtomicInteger();
            List<CompletableFuture<Pulled>> pulls = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Pull pull =
                        i % 4 == 0
                                ? Pull.of(node.endpoint(), cold)
                                : Pull.of(node.endpoint(), warm).slowly(2e6 + i * 1e5);
                pulls.add(
                        CompletableFuture.supplyAsync(
                                () -> {
                                    begun.incrementAndGet();
                                    return pull.run();
                                },
                                task -> Thread.ofVirtual().start(task)));
            }
            while (begun.get() < CLIENTS) {
                Pause.millis(1);
            }
            Pause.millis(150 + ground.random().nextInt(300)); // all of them have their heads
            Duration time = node.stop();
            ground.tally().count("drains");
            ground.tally().most("ms for the slowest drain", time.toMillis());
            if (time.compareTo(DRAIN_MAX) > 0) {
                ground.tally().violated(when + " took " + time);
            }
            for (CompletableFuture<Pulled> pull : pulls) {
                invariants.right(when, pull.join());
            }
            ground.upstream().heal();
        }
        invariants.named("at the end", node.tree());
    }
}
