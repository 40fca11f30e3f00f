package dev.tarn.bench.faults;

import dev.tarn.bench.fixture.Blob;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Clients that leave in the middle. Nothing of them stays: no descriptor, no connection, no file
/// that nobody will use.
record LeaveCampaign() implements Campaign {

    private static final int BATCH = 40;
    private static final long SIZE = 800_000;

    @Override
    public String name() {
        return "leave";
    }

    @Override
    public String what() {
        return "1,000 clients that leave at 1 byte, 25, 75 and 99 % of a cold blob";
    }

    @Override
    public void run(Ground ground) throws IOException {
        Invariants invariants = new Invariants(ground.tally());
        FaultyUpstream upstream = ground.upstream();
        Node node = ground.node().with("TARN_DOWNLOAD_IDLE_TIMEOUT", "1s");
        node.start();
        List<Blob> blobs = ground.blobs(BATCH, SIZE);
        invariants.right("at first", Pull.of(node.endpoint(), ground.blob(1_000)).run());
        long descriptors = node.descriptors();
        long threads = 0;
        long[] points = {1, SIZE / 4, SIZE * 3 / 4, SIZE * 99 / 100};
        upstream.limit(3e6);
        for (int round = 0; round < ground.rounds(25, 100); round++) {
            List<Pull> pulls = new ArrayList<>();
            for (int i = 0; i < BATCH; i++) {
                long leaveAfter = points[(i + round) % points.length];
                pulls.add(Pull.of(node.endpoint(), blobs.get(i)).leavingAfter(leaveAfter));
            }
            Clients.all(pulls).forEach(pulled -> invariants.honest("leaving", pulled));
            ground.tally().add("departures", BATCH);
            if (round == 1) {
                threads = node.status("Threads"); // those of pools and compilers are there now
            }
            if (round % 5 == 4) {
                blobs = ground.blobs(BATCH, SIZE); // cold ones
            }
        }
        upstream.heal();
        // Files stay open for a minute for the next reader, and the sockets of the pool too.
        invariants.backToBase("after all left", node, upstream, descriptors + 40 + 6 * BATCH);
        long more = node.status("Threads") - threads;
        if (threads > 0 && more > 20) {
            ground.tally().violated("after all left: %d more threads".formatted(more));
        }
        KillCampaign.finish("after all left", node, blobs, invariants);
    }
}
