package dev.tarn.bench.faults;

import dev.tarn.bench.fixture.Blob;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;

/// A store that is far too small for what is pulled, so that it evicts all the time: readers keep
/// their bytes, and the budget is never overshot by more than one blob.
record EvictionCampaign() implements Campaign {

    private static final long CAPACITY = 24_000_000;
    private static final long SIZE_MAX = 2_000_000;
    private static final int CLIENTS = 8;

    @Override
    public String name() {
        return "eviction";
    }

    @Override
    public String what() {
        return "pulls of 10 times the capacity by many clients: right bytes, and the budget is kept";
    }

    @Override
    public void run(Ground ground) throws IOException {
        Invariants invariants = new Invariants(ground.tally());
        Node node = ground.node().with("TARN_STORAGE_CAPACITY", Long.toString(CAPACITY));
        node.start();
        List<Blob> blobs = new ArrayList<>(ground.blobs(60, SIZE_MAX));
        blobs.addAll(ground.blobs(400, 300_000));
        AtomicBoolean isOver = new AtomicBoolean();
        Thread watch = Thread.ofPlatform().daemon().start(() -> watch(ground, node, isOver));
        int pulls = ground.rounds(4_000, 100_000);
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            SplittableRandom choices = ground.random().split();
            clients.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                for (int n = 0; n < pulls / CLIENTS; n++) {
                                    Blob blob = blobs.get(choices.nextInt(blobs.size()));
                                    invariants.right(
                                            "while blobs are evicted",
                                            Pull.of(node.endpoint(), blob).run());
                                }
                            }));
        }
        Clients.join(clients);
        isOver.set(true);
        Clients.join(List.of(watch));
        invariants.alive("at the end", node);
        invariants.nothingIncoming("at the end", node.tree());
        node.stop();
        node.start();
        invariants.agreed("after a restart", node);
        node.stop();
        invariants.named("at the end", node.tree());
        ground.tally().add("bytes pulled, MB", ground.upstream().blobBytes() / 1_000_000);
    }

    private static void watch(Ground ground, Node node, AtomicBoolean isOver) {
        while (!isOver.get()) {
            try {
                long bytes = node.tree().bytes();
                ground.tally().most("bytes in the store, at most", bytes);
                if (bytes > CAPACITY + SIZE_MAX) {
                    ground.tally().violated("the store has %d bytes".formatted(bytes));
                    return;
                }
            } catch (IOException e) {
                ground.tally().violated("the store cannot be looked at: " + e);
                return;
            }
            dev.tarn.bench.machine.Pause.millis(20);
        }
    }
}
