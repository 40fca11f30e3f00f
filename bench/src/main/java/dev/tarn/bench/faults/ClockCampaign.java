package dev.tarn.bench.faults;

import dev.tarn.bench.fixture.Image;
import dev.tarn.bench.machine.Pause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A wall clock that jumps by days, flaps, and passes 2038, under a running process; the monotonic
/// clock goes on. Freshness is a matter of time that passes, not of the date.
record ClockCampaign() implements Campaign {

    private static final List<String> JUMPS =
            List.of("+3d", "-3d", "-1", "+4800d", "+0", "+1", "-1", "+1", "-4800d", "+0");
    private static final int JUMPS_QUICK = 5;
    private static final int TTL_SECONDS = 2;

    @Override
    public String name() {
        return "clock";
    }

    @Override
    public String what() {
        return "a wall clock that jumps 3 days ahead and back, flaps and passes 2038 (libfaketime)";
    }

    @Override
    public void run(Ground ground) throws IOException {
        Invariants invariants = new Invariants(ground.tally());
        Path offset = Files.writeString(ground.folder().resolve("offset"), "+0\n");
        Node node =
                ground.node()
                        .with("LD_PRELOAD", library().toString())
                        .with("FAKETIME_TIMESTAMP_FILE", offset.toString())
                        .with("FAKETIME_NO_CACHE", "1")
                        .with("FAKETIME_DONT_FAKE_MONOTONIC", "1")
                        .with("DONT_FAKE_MONOTONIC", "1")
                        .with("TARN_UPSTREAMS_BENCH_TAG_TTL", TTL_SECONDS + "s");
        node.start();
        Image image = ground.fixtures().image(List.of(100_000L));
        ground.upstream().shelf().add(image, "tag");
        Pull pull = Pull.of(node.endpoint(), image, "tag");
        invariants.right("at first", pull.run());
        invariants.right("at first", Pull.of(node.endpoint(), image.layers().getFirst()).run());
        Pause.millis(500); // what is stored behind an answer
        for (int round = 0; round < ground.rounds(1, 20); round++) {
            for (String jump : JUMPS.subList(0, ground.isQuick() ? JUMPS_QUICK : JUMPS.size())) {
                String when = "round %d, clock at %s".formatted(round, jump);
                Pause.millis(1_000L * TTL_SECONDS + 100);
                invariants.right(when, pull.run()); // asks, and is fresh from now on
                Files.writeString(offset, jump + "\n");
                long asked = ground.upstream().requests();
                invariants.right(when, pull.run());
                if (ground.upstream().requests() > asked) {
                    ground.tally().violated(when + ": what was fresh is not any more");
                }
                Pause.millis(1_000L * TTL_SECONDS + 100);
                asked = ground.upstream().requests();
                invariants.right(when, pull.run());
                if (ground.upstream().requests() == asked) {
                    ground.tally().violated(when + ": fresh for longer than its TTL");
                }
                ground.tally().count("clock jumps");
                invariants.right(when, Pull.of(node.endpoint(), ground.blob(200_000)).run());
            }
        }
        invariants.alive("at the end", node);
        invariants.nothingIncoming("at the end", node.tree());
    }

    private static Path library() throws IOException {
        try (Stream<Path> files =
                Files.find(
                        Path.of("/usr/lib"), 3, (file, _) -> file.endsWith("libfaketimeMT.so.1"))) {
            Optional<Path> library = files.findFirst();
            return library.orElseThrow(
                    () -> new IOException("needs libfaketime (apt-get install libfaketime)"));
        }
    }
}
