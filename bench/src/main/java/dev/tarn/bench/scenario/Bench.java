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

    /// Something that keeps a server busy for a while.
    @FunctionalInterface
    interface Load {
        void run() throws IOException;
    }

    /// Of how much of its time a processor compiles in a JVM that is warm, at most.
    private static final double COMPILING_MAX = 0.1;

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

    /// Has a server under load before it counts. A JVM compiles what is hot, which takes its time:
    /// as long as its compilers are at work, but no longer than there is.
    ///
    /// @param load about a second of it
    void warmUp(Server server, Load load) throws IOException {
        boolean isTarn = server.peer() == Peer.TARN;
        double secondsMin = isTarn ? (isQuick ? 3 : 10) : 1;
        double secondsMax = isTarn ? (isQuick ? 10 : 60) : 1;
        double seconds = 0;
        boolean isCompiling = true;
        while (seconds < secondsMin || (isCompiling && seconds < secondsMax)) {
            double compilers = server.processes().compilerSeconds();
            long begun = System.nanoTime();
            load.run();
            double took = (System.nanoTime() - begun) / 1e9;
            isCompiling = server.processes().compilerSeconds() - compilers > COMPILING_MAX * took;
            seconds += took;
        }
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
