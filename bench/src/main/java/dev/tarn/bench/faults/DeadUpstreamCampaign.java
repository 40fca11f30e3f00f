package dev.tarn.bench.faults;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.fixture.Image;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// A thousand requests against an upstream that is dead in one way or another: it hears of few of
/// them, what is stored goes on being served, and once it is back so is the mirror.
record DeadUpstreamCampaign() implements Campaign {

    private static final int REQUESTS = 1_000;
    private static final int AT_A_TIME = 20;
    private static final int SEEN_MAX = 50;
    private static final Duration BACK_WITHIN = Duration.ofSeconds(60);

    @Override
    public String name() {
        return "dead-upstream";
    }

    @Override
    public String what() {
        return "1,000 requests against an upstream that hangs up, resets, refuses or falls silent: at most 50 come to nothing there";
    }

    @Override
    public void run(Ground ground) throws IOException {
        Map<String, Fault> deaths = new LinkedHashMap<>();
        deaths.put("503", Fault.refusal(503, 0));
        deaths.put("429 with Retry-After", Fault.refusal(429, 5));
        deaths.put("500", Fault.refusal(500, 0));
        deaths.put("hangs up", Fault.hangUp());
        deaths.put("resets bodies", Fault.reset(0));
        deaths.put("falls silent", Fault.stall(0));
        for (int round = 0; round < ground.rounds(1, 10); round++) {
            for (Map.Entry<String, Fault> death : deaths.entrySet()) {
                oneDeath(ground, death.getKey(), death.getValue());
            }
        }
    }

    private static void oneDeath(Ground ground, String name, Fault fault) throws IOException {
        Invariants invariants = new Invariants(ground.tally());
        FaultyUpstream upstream = ground.upstream();
        Node node = ground.node().with("TARN_UPSTREAMS_BENCH_TAG_TTL", "0s");
        node.start();
        Image known = ground.fixtures().image(List.of(20_000L));
        upstream.shelf().add(known, "known");
        invariants.right(name, Pull.of(node.endpoint(), known, "known").run());
        for (Blob layer : known.layers()) {
            invariants.right(name, Pull.of(node.endpoint(), layer).run());
        }
        List<Blob> missing = ground.blobs(20, 50_000);
        LongAdder attempts = new LongAdder();
        upstream.follow(ask -> {
            if (ask.isGet() || fault.hitsHeads()) { // else it is answered well
                attempts.increment();
            }
            return fault;
        });
        for (int asked = 0; asked < REQUESTS; asked += AT_A_TIME) {
            List<Pull> pulls = new ArrayList<>();
            for (int i = 0; i < AT_A_TIME; i++) {
                pulls.add(
                        i % 4 == 0
                                ? Pull.of(node.endpoint(), known, "known")
                                : i % 4 == 1
                                        ? Pull.of(node.endpoint(), known.layers().getFirst())
                                        : Pull.of(node.endpoint(), ground.any(missing)));
            }
            List<Pulled> all = Clients.all(pulls);
            for (int i = 0; i < all.size(); i++) {
                if (i % 4 < 2) {
                    invariants.right(name + ", stored", all.get(i));
                } else {
                    honest(name, all.get(i), invariants, ground.tally());
                }
            }
            ground.tally().add("requests against a dead upstream", AT_A_TIME);
        }
        long seen = attempts.sum();
        ground.tally().most("attempts seen for a thousand requests, at most", seen);
        if (seen > SEEN_MAX) {
            ground.tally().violated("%s: the upstream saw %d attempts".formatted(name, seen));
        }
        upstream.heal();
        Pull again = Pull.of(node.endpoint(), missing.getFirst());
        invariants.right(name + ", back", again.runUntilRight(BACK_WITHIN));
        node.stop();
    }

    /// Towards clients it is 502, 503 or 504, soon: never 429, which containerd repeats at once.
    private static void honest(String name, Pulled pulled, Invariants invariants, Tally tally) {
        invariants.honest(name, pulled);
        if (pulled.status() < 502 || pulled.status() > 504) {
            tally.violated(name + ": must be 502 to 504, but is " + pulled);
        }
    }
}
