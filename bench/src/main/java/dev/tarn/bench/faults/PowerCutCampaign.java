package dev.tarn.bench.faults;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.machine.Pause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Power cuts: the store is on an image in a file system whose files can share blocks, so that a
/// copy of the image at any moment is what a disk would have after the power went.
record PowerCutCampaign() implements Campaign {

    private static final int CLIENTS = 6;
    private static final int CUTS_PER_RUN = 10;
    private static final long IMAGE_BYTES = 600L << 20;
    private static final Duration START_MAX = Duration.ofSeconds(10);

    /// A copy of the disk, and what had been acknowledged before it was made.
    private record Cut(Path image, Set<Blob> acknowledged) {}

    @Override
    public String name() {
        return "powercut";
    }

    @Override
    public String what() {
        return "power cuts as reflink copies of a running ext4, each mounted and started on";
    }

    @Override
    public void run(Ground ground) throws IOException {
        Path outer = ground.disks().mount(Disks.xfs(ground.folder().resolve("xfs"), 6L << 30));
        List<Blob> blobs = new ArrayList<>(KillCampaign.mixed(ground));
        Invariants invariants = new Invariants(ground.tally());
        int cuts = ground.rounds(20, 500);
        for (int done = 0; done < cuts; done += CUTS_PER_RUN) {
            int count = Math.min(CUTS_PER_RUN, cuts - done);
            List<Cut> made = cutsOfOneRun(ground, outer, blobs, invariants, count);
            for (int i = 0; i < made.size(); i++) {
                check(ground, made.get(i), blobs, invariants, "power cut " + (done + i));
            }
        }
    }

    private static List<Cut> cutsOfOneRun(
            Ground ground, Path outer, List<Blob> blobs, Invariants invariants, int count)
            throws IOException {
        Path image = Disks.ext4(outer.resolve("disk"), IMAGE_BYTES);
        Path place = ground.disks().mount(image);
        Node node = ground.node(place.resolve("store"));
        List<Cut> cuts = new ArrayList<>();
        ground.upstream().limit(2e6);
        node.start();
        try (Clients clients =
                Clients.start(CLIENTS, node, blobs, ground.random(), invariants, "before a cut")) {
            for (int i = 0; i < count; i++) {
                Pause.millis(20 + ground.random().nextInt(400));
                Set<Blob> acknowledged = clients.acknowledged();
                Path copy = outer.resolve("cut-" + i);
                Disks.run("cp", "--reflink=always", image.toString(), copy.toString());
                cuts.add(new Cut(copy, acknowledged));
                ground.tally().count("power cuts");
                ground.tally().add("blobs acknowledged before them", acknowledged.size());
            }
        }
        node.stop();
        ground.disks().unmount(place);
        Files.delete(image);
        return cuts;
    }

    private static void check(
            Ground ground, Cut cut, List<Blob> blobs, Invariants invariants, String when)
            throws IOException {
        Path place = ground.disks().mount(cut.image());
        Node node = ground.node(place.resolve("store"));
        ground.upstream().heal();
        node.start();
        invariants.startedWithin(when, node, START_MAX);
        invariants.agreed(when, node, KillCampaign.PENDING_MAX);
        invariants.named(when, node.tree());
        invariants.kept(when, node, ground.upstream(), cut.acknowledged());
        KillCampaign.finish(when, node, blobs, invariants);
        ground.disks().unmount(place);
        Files.delete(cut.image());
    }
}
