package dev.tarn.bench.faults;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.machine.Commands;
import dev.tarn.bench.machine.Pause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Hours in small: hits, misses, ranges and departures without an end. Heap, memory in all, threads
/// and descriptors stay where they are.
record SoakCampaign() implements Campaign {

    private static final Pattern USED = Pattern.compile("total +\\d+K, used +(\\d+)K");
    private static final int CLIENTS = 6;
    private static final int SAMPLES = 30;

    /// What a sample differs by from the next though nothing leaks.
    private enum Kind {
        HEAP_KB(4_000),
        RESIDENT_KB(16_000),
        THREADS(6),
        DESCRIPTORS(40);

        private final long noise;

        Kind(long noise) {
            this.noise = noise;
        }
    }

    @Override
    public String name() {
        return "soak";
    }

    @Override
    public String what() {
        return "mixed load for 30 minutes (quick: 40 s): no slope in heap, RSS, threads and descriptors";
    }

    @Override
    public void run(Ground ground) throws IOException {
        Invariants invariants = new Invariants(ground.tally());
        Node node = ground.node().with("TARN_DOWNLOAD_IDLE_TIMEOUT", "2s");
        node.start();
        long total = ground.seconds(40, 1_800) * 1_000L;
        List<Blob> hits = ground.blobs(20, 200_000);
        Map<Kind, List<Long>> series = new EnumMap<>(Kind.class);
        ground.upstream().limit(20e6);
        for (int sample = 0; sample < SAMPLES; sample++) {
            List<Blob> blobs = new ArrayList<>(hits);
            blobs.addAll(ground.blobs(4, 500_000)); // cold ones
            try (Clients _ =
                    Clients.start(CLIENTS, node, blobs, ground.random(), invariants, "soak")) {
                Pause.millis(total / SAMPLES);
            }
            for (Kind kind : Kind.values()) {
                series.computeIfAbsent(kind, _ -> new ArrayList<>()).add(look(node, kind));
            }
            for (Blob blob : blobs.subList(hits.size(), blobs.size())) {
                Files.deleteIfExists(node.tree().place(blob)); // the disk is not what is tested
                Files.delete(blob.file());
            }
        }
        series.forEach((kind, samples) -> judge(ground, kind, samples));
        invariants.alive("at the end", node);
        invariants.nothingIncoming("at the end", node.tree());
    }

    private static long look(Node node, Kind kind) throws IOException {
        return switch (kind) {
            case HEAP_KB -> heap(node);
            case RESIDENT_KB -> node.status("VmRSS");
            case THREADS -> node.status("Threads");
            case DESCRIPTORS -> node.descriptors();
        };
    }

    /// Compares the second third of the samples with the last one: the first is for warming up.
    private static void judge(Ground ground, Kind kind, List<Long> samples) {
        ground.say(kind + " " + samples);
        double middle = median(samples.subList(SAMPLES / 3, 2 * SAMPLES / 3));
        double last = median(samples.subList(2 * SAMPLES / 3, SAMPLES));
        ground.tally().most(kind + " at the end", (long) last);
        // The quick form is too short for a JVM to settle.
        double most = middle * (ground.isQuick() ? 1.2 : 1.03) + kind.noise;
        if (last > most) {
            ground.tally().violated("%s rises from %.0f to %.0f".formatted(kind, middle, last));
        }
    }

    private static double median(List<Long> samples) {
        return samples.stream().sorted().toList().get(samples.size() / 2);
    }

    /// After a collection.
    private static long heap(Node node) throws IOException {
        jcmd(node, "GC.run");
        Matcher used = USED.matcher(jcmd(node, "GC.heap_info"));
        long kilobytes = 0;
        while (used.find()) {
            kilobytes += Long.parseLong(used.group(1));
        }
        return kilobytes;
    }

    private static String jcmd(Node node, String command) throws IOException {
        String program = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        return Commands.output(Path.of("/"), List.of(program, Long.toString(node.pid()), command));
    }
}
