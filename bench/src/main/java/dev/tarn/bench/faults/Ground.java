package dev.tarn.bench.faults;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.fixture.Fixtures;
import dev.tarn.bench.fixture.Shelf;
import dev.tarn.bench.scenario.Bench;
import dev.tarn.bench.server.Lab;
import dev.tarn.bench.server.Peer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// What one campaign works with: an upstream with blobs, nodes in front of it, disks, and choices
/// that a seed makes again.
final class Ground implements AutoCloseable {

    private final Lab lab;
    private final Path folder;
    private final FaultOptions options;
    private final SplittableRandom random;
    private final Fixtures fixtures;
    private final FaultyUpstream upstream;
    private final Disks disks;
    private final Tally tally;
    private final PrintStream out;
    private final List<Node> nodes = new ArrayList<>();

    Ground(Lab lab, Path folder, Disks disks, FaultOptions options, long seed, PrintStream out)
            throws IOException {
        this.lab = lab;
        this.folder = Files.createDirectories(folder);
        this.disks = disks;
        this.options = options;
        this.random = new SplittableRandom(seed);
        this.fixtures = new Fixtures(folder.resolve("fixtures"), seed);
        this.upstream = new FaultyUpstream(new Shelf());
        this.out = out;
        this.tally = new Tally(out);
    }

    /// A node with a store of its own in front of the upstream; not started.
    Node node() throws IOException {
        return node(folder.resolve("store-" + nodes.size()));
    }

    Node node(Path store) throws IOException {
        Node node =
                new Node(
                        lab, lab.prepare(Peer.TARN, upstream.url(), false), store.toAbsolutePath());
        nodes.add(node);
        return node;
    }

    /// A new blob that the upstream has.
    Blob blob(long size) throws IOException {
        Blob blob = fixtures.blob(size);
        upstream.shelf().add(blob);
        return blob;
    }

    List<Blob> blobs(int count, long size) throws IOException {
        List<Blob> blobs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            blobs.add(blob(size));
        }
        return blobs;
    }

    Fixtures fixtures() {
        return fixtures;
    }

    FaultyUpstream upstream() {
        return upstream;
    }

    SplittableRandom random() {
        return random;
    }

    <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    Disks disks() {
        return disks;
    }

    Path folder() {
        return folder;
    }

    Tally tally() {
        return tally;
    }

    boolean isQuick() {
        return options.isQuick();
    }

    /// How many rounds: what the user wants, else one of these.
    int rounds(int quick, int full) {
        return options.rounds().orElse(isQuick() ? quick : full);
    }

    /// For how many seconds: what the user wants, else one of these.
    int seconds(int quick, int full) {
        return options.minutes().isPresent()
                ? options.minutes().getAsInt() * 60
                : isQuick() ? quick : full;
    }

    void say(String text) {
        out.println("  " + text);
    }

    @Override
    public void close() throws IOException {
        nodes.forEach(Node::close);
        disks.close();
        upstream.close();
        fixtures.close();
        Bench.delete(folder);
    }
}
