package dev.tarn.bench.faults;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.machine.ChangingFolder;
import dev.tarn.bench.machine.Commands;
import dev.tarn.bench.scenario.Bench;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Every file of the index, deleted, zeroed, with a flipped bit and cut in half. Tarn starts by
/// itself, serves what is there, and fetches none of it again.
record IndexCampaign() implements Campaign {

    private static final Duration START_MAX = Duration.ofSeconds(30);
    private static final int RUNNING_QUICK = 4;

    private enum Damage {
        DELETED,
        ZEROED,
        FLIPPED,
        HALVED
    }

    @Override
    public String name() {
        return "index";
    }

    @Override
    public String what() {
        return "each file of the index deleted, zeroed, flipped and cut in half, stopped and running";
    }

    @Override
    public void run(Ground ground) throws IOException {
        Invariants invariants = new Invariants(ground.tally());
        Node node = ground.node();
        List<Blob> blobs = new ArrayList<>(ground.blobs(30, 3_000));
        // Twice over, so that the index has tables as well as a log.
        for (int turn = 0; turn < 2; turn++) {
            node.start();
            for (Blob blob : blobs) {
                invariants.right("at first", Pull.of(node.endpoint(), blob).run());
            }
            node.stop();
        }
        Path original = ground.folder().resolve("original");
        copy(node.tree().index(), original);
        int cases = ground.rounds(48, 240);
        int done = 0;
        while (done < cases) {
            for (Path file : new ChangingFolder(original).files()) {
                for (Damage damage : Damage.values()) {
                    if (done < cases) {
                        String name = original.relativize(file).toString();
                        oneCase(ground, node, original, name, damage, blobs, invariants, done);
                        done++;
                    }
                }
            }
        }
        node.stop();
        invariants.named("at the end", node.tree());
    }

    private static void oneCase(
            Ground ground,
            Node node,
            Path original,
            String name,
            Damage damage,
            List<Blob> blobs,
            Invariants invariants,
            int number)
            throws IOException {
        String when = "%s %s".formatted(name, damage);
        boolean isRunning = number % 12 >= 12 - RUNNING_QUICK;
        if (node.isAlive()) {
            node.stop();
        }
        restore(node, original);
        if (isRunning) {
            node.start();
        }
        Path file = node.tree().index().resolve(name);
        if (Files.exists(file)) { // a start may have replaced it already
            damage(ground, file, damage);
        }
        if (isRunning) {
            when += ", while running";
            invariants.right(when, Pull.of(node.endpoint(), ground.any(blobs)).run());
            invariants.right(when, Pull.of(node.endpoint(), ground.blob(2_000)).run());
            node.stop();
        }
        ground.tally().count("index files damaged");
        node.start();
        invariants.startedWithin(when, node, START_MAX);
        invariants.kept(when, node, ground.upstream(), blobs);
        node.stop();
        node.start();
        invariants.agreed(when, node);
    }

    private static void restore(Node node, Path original) throws IOException {
        Tree tree = node.tree();
        Bench.delete(tree.index());
        copy(original, tree.index());
        try (var children = Files.list(tree.root())) {
            for (Path child : children.toList()) {
                if (child.getFileName().toString().startsWith("index.broken")) {
                    Bench.delete(child);
                }
            }
        }
        for (Path file : tree.blobFiles()) {
            if (Files.size(file) != 3_000) { // pulled while the index was damaged
                Files.delete(file);
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Commands.output(Path.of("/"), List.of("cp", "-a", from.toString(), to.toString()));
    }

    private static void damage(Ground ground, Path file, Damage damage) throws IOException {
        switch (damage) {
            case DELETED -> Files.delete(file);
            case ZEROED -> Files.write(file, new byte[(int) Files.size(file)]);
            case FLIPPED -> {
                try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
                    if (open.length() > 0) {
                        long at = ground.random().nextLong(open.length());
                        open.seek(at);
                        int value = open.read();
                        open.seek(at);
                        open.write(value ^ 1 << ground.random().nextInt(8));
                    }
                }
            }
            case HALVED -> {
                try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
                    open.setLength(open.length() / 2);
                }
            }
        }
    }
}
