package dev.tarn.bench.scenario;

import dev.tarn.bench.fixture.Fixtures;
import dev.tarn.bench.server.Lab;
import dev.tarn.bench.server.Peer;
import dev.tarn.bench.server.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// What a scenario works with: a lab for servers, a folder for blobs, and how much time there is.
public record Bench(Lab lab, Path work, boolean isQuick, int rounds, Set<Peer> peers) {

    /// Something that is done for a target in each round.
    @FunctionalInterface
    public interface Sample<T> {
        void take(T target) throws IOException;
    }

    Fixtures fixtures(long seed) throws IOException {
        return new Fixtures(work.resolve("blobs"), seed);
    }

    /// Gives the disk back what a scenario took.
    public void sweep() throws IOException {
        try (Stream<Path> children = Files.list(work)) {
            for (Path child : children.toList()) {
                if (!child.equals(lab.certificates().folder())) {
                    delete(child);
                }
            }
        }
    }

    /// Deletes a whole tree.
    public static void delete(Path root) throws IOException {
        try (Stream<Path> tree = Files.walk(root)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    /// Those of `wanted` that the user wants to see.
    List<Peer> chosen(Peer... wanted) {
        return List.of(wanted).stream().filter(peers::contains).toList();
    }

    /// The same, but with --quick only those that are needed for the goals.
    Peer[] unlessQuick(List<Peer> needed, Peer... more) {
        List<Peer> peers = new ArrayList<>(needed);
        if (!isQuick) {
            peers.addAll(List.of(more));
        }
        return peers.toArray(Peer[]::new);
    }

    /// How long a server is under load before it counts: a JVM compiles what is hot, which takes
    /// its time.
    int warmUpSeconds(Server server) {
        int tarn = isQuick ? 5 : 10;
        return server.peer() == Peer.TARN ? tarn : 1;
    }

    /// Samples every target in each round, each time beginning with another one.
    <T> void inRounds(List<T> targets, Sample<T> sample) throws IOException {
        for (int round = 0; round < rounds; round++) {
            inOneRound(targets, round, sample);
        }
    }

    static <T> void inOneRound(List<T> targets, int round, Sample<T> sample) throws IOException {
        List<T> order = new ArrayList<>(targets);
        Collections.rotate(order, -round);
        for (T target : order) {
            sample.take(target);
        }
    }
}
