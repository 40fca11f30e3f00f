package dev.tarn.bench.faults;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.fixture.Shelf;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;

/// Stored files that change: a flipped bit, a lost or a grown end, two files that changed places.
/// While Tarn runs and while it does not, with an upstream to heal from and without one; and bits
/// that flip without a trace in the file's times, which only reading shows.
record RotCampaign() implements Campaign {

    private static final int BATCH = 20;

    private enum Damage {
        FLIP,
        TRUNCATION,
        EXTENSION,
        SWAP
    }

    @Override
    public String name() {
        return "rot";
    }

    @Override
    public String what() {
        return "bit flips, truncations, extensions and swaps of stored files, stopped and running, upstream up and down";
    }

    @Override
    public void run(Ground ground) throws IOException {
        int flips = ground.rounds(1_000, 4_000);
        Invariants invariants = new Invariants(ground.tally());
        List<Blob> blobs = new ArrayList<>(ground.blobs(BATCH - 5, 60_000));
        blobs.addAll(ground.blobs(5, 1_500_000));
        Node node = ground.node();
        node.start();
        for (Blob blob : blobs) {
            invariants.right("at first", Pull.of(node.endpoint(), blob).run());
        }
        for (int done = 0; done < flips; done += BATCH) {
            batch(ground, node, blobs, Damage.FLIP, done / BATCH, invariants);
        }
        for (Damage damage : List.of(Damage.TRUNCATION, Damage.EXTENSION, Damage.SWAP)) {
            for (int done = 0; done < Math.max(100, flips / 10); done += BATCH) {
                batch(ground, node, blobs, damage, done / BATCH, invariants);
            }
        }
        invariants.nothingIncoming("at the end", node.tree());
        node.stop();
        invariants.named("at the end", node.tree());
        silent(ground, node, blobs, invariants);
    }

    /// Damages every blob, and asks for all of them. Every tenth batch while Tarn is stopped, every
    /// fifth while the upstream is down.
    private static void batch(
            Ground ground,
            Node node,
            List<Blob> blobs,
            Damage damage,
            int number,
            Invariants invariants)
            throws IOException {
        String when = "%s, batch %d".formatted(damage, number);
        boolean isStopped = number % 10 == 1;
        boolean isDown = number % 5 == 3;
        if (isStopped) {
            node.stop();
        }
        for (int i = 0; i < blobs.size(); i++) {
            if (damage != Damage.SWAP || i % 2 == 0) { // two at a time
                damage(ground, node.tree(), blobs.get(i), blobs.get((i + 1) % BATCH), damage);
            }
            ground.tally().count("files damaged: " + damage);
        }
        if (isStopped) {
            node.start();
        }
        if (isDown) {
            ground.upstream().kill();
            for (Blob blob : blobs) {
                Pulled pulled = invariants.honest(when, Pull.of(node.endpoint(), blob).run());
                if (pulled.status() != 502 && pulled.status() != 503) {
                    ground.tally().violated(when + ": upstream is down, must be 502: " + pulled);
                }
            }
            ground.upstream().revive();
            for (Blob blob : blobs) {
                healed(when, Pull.of(node.endpoint(), blob), invariants);
            }
        }
        for (Blob blob : blobs) {
            invariants.right(when, Pull.of(node.endpoint(), blob).run());
        }
        invariants.kept(when + ", once healed", node, ground.upstream(), blobs);
    }

    /// A mirror may remember for a moment that its upstream was down.
    private static void healed(String when, Pull pull, Invariants invariants) {
        invariants.right(when, pull.runUntilRight(java.time.Duration.ofSeconds(30)));
    }

    private static void damage(Ground ground, Tree tree, Blob blob, Blob other, Damage damage)
            throws IOException {
        Path file = tree.place(blob);
        if (Files.notExists(file)) {
            throw new IOException("not stored: " + Shelf.pathOf(blob));
        }
        switch (damage) {
            case FLIP -> flip(ground, file);
            case TRUNCATION -> {
                try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
                    open.setLength(ground.random().nextLong(blob.size()));
                }
            }
            case EXTENSION -> {
                try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
                    open.seek(open.length());
                    open.write(new byte[1 + ground.random().nextInt(5_000)]);
                }
            }
            case SWAP -> {
                Path aside = file.resolveSibling("swap");
                Files.move(file, aside);
                Files.move(tree.place(other), file);
                Files.move(aside, tree.place(other));
            }
        }
    }

    private static void flip(Ground ground, Path file) throws IOException {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            long at = ground.random().nextLong(open.length());
            open.seek(at);
            int value = open.read();
            open.seek(at);
            open.write(value ^ 1 << ground.random().nextInt(8));
        }
    }

    /// As a disk forgets: the file's times stay. `storage.verify: always` finds that with every
    /// hit, and the scrub does where files are verified now and then.
    private static void silent(Ground ground, Node node, List<Blob> blobs, Invariants invariants)
            throws IOException {
        node.with("TARN_STORAGE_VERIFY", "always").start();
        for (int turn = 0; turn < (ground.isQuick() ? 4 : 40); turn++) {
            String when = "silent flips, verify always, turn " + turn;
            for (Blob blob : blobs) {
                silentFlip(ground, node.tree(), blob);
            }
            for (Blob blob : blobs) {
                // One that hashes while it sends cuts the answer off; the next one is right.
                invariants.honest(when, Pull.of(node.endpoint(), blob).run());
                invariants.right(when, Pull.of(node.endpoint(), blob).run());
            }
        }
        node.stop();
        for (Blob blob : blobs) {
            silentFlip(ground, node.tree(), blob);
        }
        node.with("TARN_STORAGE_VERIFY", "scrub").with("TARN_STORAGE_SCRUB_INTERVAL", "1s").start();
        scrubbed(ground, node);
        for (Blob blob : blobs) {
            invariants.right("after a scrub", Pull.of(node.endpoint(), blob).run());
        }
        node.stop();
        invariants.named("after a scrub", node.tree());
    }

    private static void silentFlip(Ground ground, Tree tree, Blob blob) throws IOException {
        Path file = tree.place(blob);
        if (Files.exists(file)) {
            FileTime time = Files.getLastModifiedTime(file);
            flip(ground, file);
            Files.setLastModifiedTime(file, time);
            ground.tally().count("files damaged: silent FLIP");
        }
    }

    /// Waits until no file is there that is not named by its hash.
    private static void scrubbed(Ground ground, Node node) throws IOException {
        long until = System.nanoTime() + 60_000_000_000L;
        long wrong = 1;
        while (wrong > 0 && System.nanoTime() < until) {
            dev.tarn.bench.machine.Pause.millis(200);
            wrong = 0;
            for (Path file : node.tree().blobFiles()) {
                wrong += Tree.isNamedByItsHash(file) ? 0 : 1;
            }
        }
        if (wrong > 0) {
            ground.tally().violated("the scrub has not found " + wrong + " damaged files");
        }
    }
}
