package dev.tarn.bench.faults;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.machine.Pause;
import dev.tarn.bench.scenario.Bench;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/// An upstream that is killed and comes back while a large blob is pulled. What is here is not
/// fetched again, and the client does not notice.
record FlakyUpstreamCampaign() implements Campaign {

    private static final double RATE = 60e6;
    private static final int PULLS_PER_NODE = 10;

    @Override
    public String name() {
        return "flaky-upstream";
    }

    @Override
    public String what() {
        return "an upstream killed and restarted at random during pulls of 200 MB (quick: 40 MB)";
    }

    @Override
    public void run(Ground ground) throws IOException {
        Invariants invariants = new Invariants(ground.tally());
        FaultyUpstream upstream = ground.upstream();
        Blob blob = ground.blob(ground.isQuick() ? 40_000_000 : 200_000_000);
        upstream.limit(ground.isQuick() ? RATE / 4 : RATE);
        int pulls = ground.rounds(8, 200);
        long before = upstream.blobBytes();
        Node node = ground.node();
        for (int pull = 0; pull < pulls; pull++) {
            if (pull % PULLS_PER_NODE == 0) {
                node = ground.node();
            }
            node.start();
            String when = "pull " + pull;
            Thread killer = killer(ground, upstream, ground.random().split());
            Duration patience = Duration.ofSeconds(90);
            invariants.right(when, Pull.of(node.endpoint(), blob).within(patience).run());
            killer.interrupt();
            Clients.join(List.of(killer));
            node.stop();
            Bench.delete(node.store()); // the next pull is cold
        }
        invariants.sentAtMost("in all", upstream, before, 1.05 * blob.size() * pulls);
        ground.tally()
                .add(
                        "per mille of the bytes from upstream",
                        (upstream.blobBytes() - before) * 1_000 / (blob.size() * pulls));
    }

    private static Thread killer(Ground ground, FaultyUpstream upstream, SplittableRandom random) {
        return Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    try {
                        for (int kill = 0; kill < 3; kill++) {
                            await(30 + random.nextInt(400));
                            upstream.kill();
                            ground.tally().count("upstream kills");
                            Pause.millis(20 + random.nextInt(300));
                            upstream.revive();
                        }
                    } catch (IOException e) {
                        ground.tally().violated("the upstream does not come back: " + e);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    private static void await(long millis) throws InterruptedException {
        java.util.concurrent.TimeUnit.MILLISECONDS.sleep(millis);
    }
}
