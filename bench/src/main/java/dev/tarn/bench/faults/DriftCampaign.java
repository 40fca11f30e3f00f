package dev.tarn.bench.faults;

import dev.tarn.bench.fixture.Blob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Index and tree that have drifted apart: files that are gone though the index knows them, and
/// files that are there though it does not, right ones and wrong ones.
record DriftCampaign() implements Campaign {

    private static final int BLOBS = 50;

    @Override
    public String name() {
        return "drift";
    }

    @Override
    public String what() {
        return "files that went from the tree, and files that came into it, stopped and running";
    }

    @Override
    public void run(Ground ground) throws IOException {
        Invariants invariants = new Invariants(ground.tally());
        Node node = ground.node();
        node.start();
        for (int turn = 0; turn < ground.rounds(2, 20); turn++) {
            for (boolean isStopped : new boolean[] {true, false}) {
                String when = "turn %d, %s".formatted(turn, isStopped ? "stopped" : "running");
                gone(ground, node, isStopped, invariants, when);
                come(ground, node, isStopped, invariants, when);
            }
        }
        invariants.nothingIncoming("at the end", node.tree());
        node.stop();
        invariants.named("at the end", node.tree());
    }

    private static void gone(
            Ground ground, Node node, boolean isStopped, Invariants invariants, String when)
            throws IOException {
        List<Blob> blobs = ground.blobs(BLOBS, 10_000);
        for (Blob blob : blobs) {
            invariants.right(when, Pull.of(node.endpoint(), blob).run());
        }
        if (isStopped) {
            node.stop();
        }
        for (Blob blob : blobs) {
            Files.delete(node.tree().place(blob));
            ground.tally().count("files taken away");
        }
        if (isStopped) {
            node.start();
        }
        for (Blob blob : blobs) {
            invariants.right(when + ", gone", Pull.of(node.endpoint(), blob).run());
        }
        invariants.kept(when + ", fetched again", node, ground.upstream(), blobs);
    }

    /// Right files are adopted once they have been hashed; wrong ones are nobody's.
    private static void come(
            Ground ground, Node node, boolean isStopped, Invariants invariants, String when)
            throws IOException {
        List<Blob> right = ground.blobs(BLOBS, 10_000);
        List<Blob> wrong = ground.blobs(BLOBS, 10_000);
        if (isStopped) {
            node.stop();
        }
        for (int i = 0; i < BLOBS; i++) {
            put(right.get(i), node.tree().place(right.get(i)));
            put(right.get(i), node.tree().place(wrong.get(i)));
            ground.tally().add("files put in", 2);
        }
        if (isStopped) {
            node.start();
        }
        invariants.kept(when + ", adopted", node, ground.upstream(), right);
        for (Blob blob : wrong) {
            invariants.right(when + ", wrong file", Pull.of(node.endpoint(), blob).run());
        }
        invariants.kept(when + ", put right", node, ground.upstream(), wrong);
    }

    private static void put(Blob blob, Path place) throws IOException {
        Files.createDirectories(place.resolveSibling("."));
        Files.copy(blob.file(), place);
    }
}
