package dev.tarn.bench.faults;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.machine.Pause;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/// A disk that fills up before, in the middle of, and at the end of a download, in bytes or in
/// inodes; the index has its log and its tables on the same disk. Pulls go on, and once there is
/// space again, so does the store.
record FullDiskCampaign() implements Campaign {

    private static final long DISK_BYTES = 96L << 20;
    private static final int INODES = 400;
    private static final long BLOB_BYTES = 6_000_000;
    private static final double RATE = 8e6;
    private static final List<Integer> PERCENT = List.of(0, 50, 99);

    @Override
    public String name() {
        return "diskfull";
    }

    @Override
    public String what() {
        return "no bytes or no inodes left at 0, 50 and 99 % of a download; then space again";
    }

    @Override
    public void run(Ground ground) throws IOException {
        Invariants invariants = new Invariants(ground.tally());
        int rounds = ground.rounds(18, 150);
        List<Path> disks =
                List.of(
                        ground.disks()
                                .mount(Disks.ext4(ground.folder().resolve("ext4"), DISK_BYTES)),
                        ground.disks().tmpfs(DISK_BYTES, 0),
                        ground.disks().tmpfs(DISK_BYTES, INODES));
        for (int disk = 0; disk < disks.size(); disk++) {
            Node node = ground.node(disks.get(disk).resolve("store"));
            node.start();
            for (int round = disk; round < rounds; round += disks.size()) {
                int percent = PERCENT.get(round / disks.size() % PERCENT.size());
                oneRound(ground, node, disks.get(disk), percent, disk == 2, invariants, round);
            }
            node.stop();
            invariants.named("disk " + disk, node.tree());
            ground.disks().unmount(disks.get(disk));
        }
    }

    private static void oneRound(
            Ground ground,
            Node node,
            Path disk,
            int percent,
            boolean fillsInodes,
            Invariants invariants,
            int round)
            throws IOException {
        String when =
                "round %d, no %s left at %d %%"
                        .formatted(round, fillsInodes ? "inodes" : "bytes", percent);
        Blob hit = ground.blob(50_000);
        invariants.right(when, Pull.of(node.endpoint(), hit).run());
        Blob blob = ground.blob(BLOB_BYTES);
        Path ballast = Files.createDirectories(disk.resolve("ballast"));
        AtomicBoolean isFull = new AtomicBoolean();
        AtomicReference<IOException> failure = new AtomicReference<>();
        long before = ground.upstream().blobBytes();
        Thread filler =
                Thread.ofVirtual()
                        .start(() -> {
                            while (!isFull.get()
                                    && ground.upstream().blobBytes() - before
                                            < BLOB_BYTES * percent / 100) {
                                Pause.millis(1);
                            }
                            try {
                                fill(ballast, fillsInodes);
                            } catch (IOException e) {
                                failure.set(e);
                            }
                        });
        ground.upstream().limit(RATE);
        if (percent == 0) {
            Clients.join(List.of(filler));
        }
        invariants.right(when, Pull.of(node.endpoint(), blob).run());
        isFull.set(true);
        Clients.join(List.of(filler));
        if (failure.get() != null) {
            throw failure.get();
        }
        ground.upstream().heal();
        // And those that begin on a full disk, beside what is stored.
        Blob another = ground.blob(300_000);
        invariants.right(when + ", another", Pull.of(node.endpoint(), another).run());
        invariants.right(when + ", a hit", Pull.of(node.endpoint(), hit).run());
        invariants.alive(when, node);
        ground.tally().count("full disks");
        empty(ballast);
        WriteErrorCampaign.storesAgain(ground, node, when, new ArrayList<>(), invariants);
        makeRoom(ground, node, disk);
    }

    private static void fill(Path ballast, boolean fillsInodes) throws IOException {
        try {
            if (fillsInodes) {
                for (int i = 0; i < 2 * INODES; i++) {
                    Files.createFile(ballast.resolve("file-" + i));
                }
                throw new IllegalStateException("inodes without end");
            }
            try (FileChannel file =
                    FileChannel.open(
                            ballast.resolve("bytes"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE)) {
                for (int size = 1 << 20; size >= 1 << 12; size /= 256) {
                    writeUntilFull(file, size);
                }
            }
        } catch (IOException e) {
            requireFull(e);
        }
    }

    private static void writeUntilFull(FileChannel file, int size) throws IOException {
        try {
            while (file.size() < 2 * DISK_BYTES) {
                file.write(ByteBuffer.allocate(size), file.size());
            }
        } catch (IOException e) {
            requireFull(e);
        }
    }

    private static void requireFull(IOException e) throws IOException {
        if (!String.valueOf(e.getMessage()).contains("No space left")) {
            throw e;
        }
    }

    private static void empty(Path ballast) throws IOException {
        try (var files = Files.list(ballast)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    /// Files of blobs from earlier rounds go, as if somebody had tidied up: the disk is small.
    private static void makeRoom(Ground ground, Node node, Path disk) throws IOException {
        if (Files.getFileStore(disk).getUsableSpace() < DISK_BYTES / 2) {
            for (Path file : node.tree().blobFiles()) {
                Files.deleteIfExists(file);
            }
            ground.tally().count("clean-ups");
        }
    }
}
