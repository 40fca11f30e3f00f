package dev.tarn.bench.faults;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.fixture.Shelf;
import dev.tarn.bench.machine.Pause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/// What must hold whatever happens; every campaign checks it here. What does not hold goes into the
/// tally, with the moment at which it was seen.
final class Invariants {

    /// What a run shows however much else is broken.
    static final String WRONG = "a complete wrong answer";

    private static final Duration QUIET = Duration.ofSeconds(20);

    private final Tally tally;

    Invariants(Tally tally) {
        this.tally = tally;
    }

    /// A complete answer is right, and has the announced length. Any other outcome is honest.
    Pulled honest(String when, Pulled pulled) {
        tally.count("pulls");
        if (pulled.isWrong()) {
            tally.count("complete wrong answers");
            tally.violated("%s: %s: %s".formatted(when, WRONG, pulled));
        } else if (!pulled.isRight() && pulled.kind() != Pulled.Kind.LEFT) {
            tally.count("honest failures");
        }
        return pulled;
    }

    /// The same, and nothing excuses a failure.
    Pulled right(String when, Pulled pulled) {
        honest(when, pulled);
        if (!pulled.isRight() && !pulled.isWrong()) {
            tally.violated(when + ": must be right, but is " + pulled);
        }
        return pulled;
    }

    /// What was acknowledged is served, and not fetched again.
    void kept(String when, Node node, FaultyUpstream upstream, Collection<Blob> acknowledged) {
        for (Blob blob : acknowledged) {
            int before = upstream.gets(Shelf.pathOf(blob));
            right(when, Pull.of(node.endpoint(), blob).run());
            if (upstream.gets(Shelf.pathOf(blob)) > before) {
                tally.count("acknowledged blobs lost");
                tally.violated(
                        when + ": " + blob.digest() + " was acknowledged, and fetched again");
            }
        }
    }

    /// Every file in the tree of blobs is named by its hash.
    void named(String when, Tree tree) throws IOException {
        for (Path file : tree.blobFiles()) {
            tally.count("files hashed");
            if (!Tree.isNamedByItsHash(file)) {
                tally.violated(when + ": not named by its hash: " + file);
            }
        }
    }

    /// Right after a start, the index knows as many blobs as the tree has.
    void agreed(String when, Node node) throws IOException {
        agreed(when, node, 0);
    }

    /// The same, but what was being committed when the process died may be there without a row: it
    /// is adopted when it is asked for.
    void agreed(String when, Node node, int pending) throws IOException {
        OptionalInt known = node.blobsWhenReady();
        int there = node.tree().blobFiles().size();
        int orphans = there - known.orElse(-1);
        if (known.isEmpty() || orphans < 0 || orphans > pending) {
            tally.violated(
                    "%s: the index has %s blobs, the tree has %d".formatted(when, known, there));
        } else if (orphans > 0) {
            tally.add("files without a row after a crash", orphans);
        }
    }

    /// It was up within a time.
    void startedWithin(String when, Node node, Duration time) {
        tally.most("ms for the slowest start", node.startMillis());
        if (node.startMillis() > time.toMillis()) {
            tally.violated(when + ": started in " + node.startMillis() + " ms");
        }
    }

    /// No download left anything once all of them are done.
    void nothingIncoming(String when, Tree tree) throws IOException {
        for (Path file : awaitEmpty(tree)) {
            tally.count("leftover files");
            tally.violated(when + ": left behind: " + file);
        }
    }

    private static List<Path> awaitEmpty(Tree tree) throws IOException {
        long until = System.nanoTime() + QUIET.toNanos();
        List<Path> files = tree.incoming();
        while (!files.isEmpty() && System.nanoTime() < until) {
            Pause.millis(20);
            files = tree.incoming();
        }
        return files;
    }

    /// Nothing in the store's root but what belongs there: no draft, no copy, one broken index.
    void nothingStray(String when, Tree tree) throws IOException {
        List<String> known =
                List.of("FORMAT", "blobs", "incoming", "quarantine", "index", "lost+found");
        int broken = 0;
        try (Stream<Path> files = Files.list(tree.root())) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                // One that was set aside may be kept for whoever wants to know why.
                boolean isBroken = name.startsWith("index.broken-");
                broken += isBroken ? 1 : 0;
                if (isBroken ? broken > 1 : !known.contains(name)) {
                    tally.count("leftover files");
                    tally.violated(when + ": does not belong into a store: " + file);
                }
            }
        }
        for (Path file : tree.quarantined()) {
            tally.violated(when + ": in quarantine though nothing was damaged: " + file);
        }
    }

    /// The upstream has sent at most so many bytes.
    void sentAtMost(String when, FaultyUpstream upstream, long before, double most) {
        long sent = upstream.blobBytes() - before;
        if (sent > most) {
            tally.violated("%s: upstream sent %d bytes, at most %.0f".formatted(when, sent, most));
        }
    }

    /// Whatever callers bring stays with the mirror.
    void discreet(String when, FaultyUpstream upstream) {
        if (upstream.credentials() > 0) {
            tally.violated(when + ": credentials of callers reached the upstream");
        }
    }

    /// Descriptors and upstream connections come back to what they were.
    void backToBase(String when, Node node, FaultyUpstream upstream, long descriptors)
            throws IOException {
        long until = System.nanoTime() + Duration.ofSeconds(90).toNanos();
        long now = node.descriptors();
        while ((now > descriptors || upstream.openConnections() > IDLE_MAX)
                && System.nanoTime() < until) {
            Pause.millis(100);
            now = node.descriptors();
        }
        if (now > descriptors) {
            tally.violated(
                    "%s: %d descriptors are open, before it were %d"
                            .formatted(when, now, descriptors));
        }
        if (upstream.openConnections() > IDLE_MAX) {
            tally.violated(
                    "%s: %d connections to the upstream are open"
                            .formatted(when, upstream.openConnections()));
        }
    }

    /// Connections that a pool may keep for the next request.
    private static final int IDLE_MAX = 40;

    /// It has not ended by itself.
    void alive(String when, Node node) {
        if (!node.isAlive()) {
            tally.violated(when + ": the process has ended");
        }
    }
}
