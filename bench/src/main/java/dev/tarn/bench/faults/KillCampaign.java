package dev.tarn.bench.faults;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.machine.Pause;
import dev.tarn.bench.scenario.Bench;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// `kill -9` at random moments, while clients of all kinds pull.
record KillCampaign() implements Campaign {

    private static final int CLIENTS = 6;
    private static final int ROUNDS_PER_STORE = 12;

    /// How many commits a crash can come between the rename and the row of.
    static final int PENDING_MAX = CLIENTS;

    private static final double UPSTREAM_RATE = 6e6;
    private static final Duration START_MAX = Duration.ofSeconds(5);

    @Override
    public String name() {
        return "kill9";
    }

    @Override
    public String what() {
        return "SIGKILL at random times under mixed pulls, and a restart";
    }

    @Override
    public void run(Ground ground) throws IOException {
        int rounds = ground.rounds(50, 1_000);
        List<Blob> blobs = mixed(ground);
        Invariants invariants = new Invariants(ground.tally());
        for (int done = 0; done < rounds; done += ROUNDS_PER_STORE) {
            Node node = ground.node();
            oneStore(
                    ground,
                    node,
                    blobs,
                    invariants,
                    done,
                    Math.min(ROUNDS_PER_STORE, rounds - done));
            Bench.delete(node.store());
        }
        invariants.discreet("at the end", ground.upstream());
    }

    /// Small and large ones: most of them are on their way when the process dies.
    static List<Blob> mixed(Ground ground) throws IOException {
        List<Blob> blobs = new ArrayList<>(ground.blobs(30, 2_000));
        blobs.addAll(ground.blobs(20, 150_000));
        blobs.addAll(ground.blobs(10, 3_000_000));
        blobs.addAll(ground.blobs(3, 14_000_000));
        return blobs;
    }

    private static void oneStore(
            Ground ground,
            Node node,
            List<Blob> blobs,
            Invariants invariants,
            int first,
            int rounds)
            throws IOException {
        FaultyUpstream upstream = ground.upstream();
        Set<Blob> acknowledged = new HashSet<>();
        node.start();
        for (int round = first; round < first + rounds; round++) {
            String when = "kill " + round;
            upstream.limit(UPSTREAM_RATE);
            try (Clients clients =
                    Clients.start(CLIENTS, node, blobs, ground.random(), invariants, when)) {
                Pause.millis(5 + ground.random().nextInt(600));
                node.kill();
                acknowledged.addAll(clients.acknowledged());
            }
            ground.tally().count("kills");
            node.start();
            invariants.startedWithin(when, node, START_MAX);
            invariants.agreed(when, node, PENDING_MAX * (round - first + 1));
            upstream.heal();
            invariants.kept(when, node, upstream, acknowledged);
        }
        finish("after kill " + (first + rounds), node, blobs, invariants);
    }

    /// Everything can be had, and nothing else is there.
    static void finish(String when, Node node, List<Blob> blobs, Invariants invariants)
            throws IOException {
        for (Blob blob : blobs) {
            invariants.right(when, Pull.of(node.endpoint(), blob).run());
        }
        invariants.nothingIncoming(when, node.tree());
        node.stop();
        node.start();
        invariants.agreed(when + ", restarted", node);
        node.stop();
        invariants.named(when, node.tree());
        invariants.nothingStray(when, node.tree());
    }
}
