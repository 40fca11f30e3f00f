package dev.tarn.bench.faults;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.machine.Commands;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Stored files that cannot be read. Where a disk has lost its blocks, the same request gets the
/// right bytes from the upstream, because what is not in memory is read before it is sent. A
/// `sendfile` that fails all the same costs the connection, and the next request is right.
record ReadErrorCampaign() implements Campaign {

    private static final long DISK_BYTES = 200L << 20;
    private static final Pattern EXTENT =
            Pattern.compile("(?m)^ *\\d+: +\\d+\\.\\. *\\d+: +(\\d+)\\.\\.");
    private static final int BLOCK_BYTES = 4_096;

    @Override
    public String name() {
        return "readerrors";
    }

    @Override
    public String what() {
        return "EIO when a stored file is sent (sendfile), and when a disk has lost blocks";
    }

    @Override
    public void run(Ground ground) throws IOException {
        Invariants invariants = new Invariants(ground.tally());
        failingSends(ground, invariants);
        for (int round = 0; round < ground.rounds(3, 30); round++) {
            lostBlocks(ground, invariants, round);
        }
    }

    private static void failingSends(Ground ground, Invariants invariants) throws IOException {
        Node node = ground.node();
        node.start();
        List<Blob> blobs = ground.blobs(20, 3_000_000);
        for (Blob blob : blobs) {
            invariants.right("at first", Pull.of(node.endpoint(), blob).run());
        }
        String injection = "error=EIO:when=3+7";
        try (Strace strace =
                Strace.process(ground.folder(), node.pid(), "sendfile,sendfile64", injection)) {
            for (int i = 0; i < 100; i++) {
                String when = "EIO at some sendfile, read " + i;
                invariants.honest(when, Pull.of(node.endpoint(), blobs.get(i % 20)).run());
            }
            ground.tally().add("sends that failed", strace.injected());
        }
        invariants.alive("after EIO at sendfile", node);
        invariants.nothingIncoming("after EIO at sendfile", node.tree());
        node.stop();
        invariants.named("after EIO at sendfile", node.tree());
        node.start();
        for (Blob blob : blobs) {
            invariants.right("after EIO", Pull.of(node.endpoint(), blob).run());
        }
        node.stop();
    }

    /// The image ends where the last blob begins; what was there reads as an error.
    private static void lostBlocks(Ground ground, Invariants invariants, int round)
            throws IOException {
        String when = "lost blocks, round " + round;
        Path image =
                Disks.ext4(
                        ground.folder().resolve("image-" + round),
                        DISK_BYTES,
                        "-O",
                        "^has_journal",
                        "-b",
                        Integer.toString(BLOCK_BYTES));
        Path place = ground.disks().mount(image);
        Node node = ground.node(place.resolve("store"));
        node.start();
        List<Blob> blobs = new ArrayList<>(ground.blobs(8, 3_000_000));
        for (Blob blob : blobs) {
            invariants.right(when, Pull.of(node.endpoint(), blob).run());
        }
        node.stop();
        Disks.run("sync", "-f", place.toString());
        Blob lost = last(node.tree(), blobs);
        long end = firstBlock(node.tree().place(lost)) * BLOCK_BYTES;
        ground.disks().unmount(place);
        place = ground.disks().mount(image);
        Node again = ground.node(place.resolve("store"));
        again.start();
        Disks.run("sync", "-f", place.toString());
        try (RandomAccessFile backing = new RandomAccessFile(image.toFile(), "rw")) {
            backing.setLength(end);
        }
        Files.writeString(Path.of("/proc/sys/vm/drop_caches"), "1");
        // Whatever is written behind the end lets the image grow, and what was lost read as zeros:
        // so the lost blob is asked for first, and nothing is concluded where that has happened.
        if (isReadable(again.tree().place(lost))) {
            ground.tally().count("disks that grew again");
            Files.delete(again.tree().place(lost));
        } else {
            ground.tally().count("disks with lost blocks");
        }
        invariants.right(when + ", the lost one", Pull.of(again.endpoint(), lost).run());
        for (Blob blob : blobs) {
            invariants.right(when, Pull.of(again.endpoint(), blob).run());
            ground.tally().count("reads from a broken disk");
        }
        for (Blob blob : blobs) {
            invariants.right(when + ", again", Pull.of(again.endpoint(), blob).run());
        }
        invariants.alive(when, again);
        again.stop();
        ground.disks().unmount(place);
        Files.delete(image);
    }

    private static boolean isReadable(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return in.read() >= 0;
        } catch (IOException e) {
            return false;
        }
    }

    /// The one that lies furthest back on the disk.
    private static Blob last(Tree tree, List<Blob> blobs) throws IOException {
        Blob last = blobs.getFirst();
        for (Blob blob : blobs) {
            if (firstBlock(tree.place(blob)) > firstBlock(tree.place(last))) {
                last = blob;
            }
        }
        return last;
    }

    private static long firstBlock(Path file) throws IOException {
        String extents = Commands.output(Path.of("/"), List.of("filefrag", "-v", file.toString()));
        Matcher first = EXTENT.matcher(extents);
        if (!first.find()) {
            throw new IOException("no extents: " + extents);
        }
        return Long.parseLong(first.group(1));
    }
}
