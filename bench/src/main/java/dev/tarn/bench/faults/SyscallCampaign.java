package dev.tarn.bench.faults;

import dev.tarn.bench.fixture.Blob;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// SIGKILL at the first, the second, the third … call of each kind that one download makes, until a
/// run completes: then there was no such call any more. The threads that write are watched one by
/// one, since strace counts for each thread.
record SyscallCampaign() implements Campaign {

    static final long BLOB_BYTES = 2_500_000;
    static final List<String> CALLS =
            List.of(
                    "fsync",
                    "fdatasync",
                    "rename,renameat,renameat2",
                    "ftruncate",
                    "unlink,unlinkat",
                    "openat",
                    "mkdir,mkdirat",
                    "chmod,fchmod,fchmodat",
                    "write",
                    "pwrite64,writev");
    private static final List<String> EVICTING_CALLS =
            List.of("unlink,unlinkat", "rename,renameat,renameat2", "fsync", "fdatasync");
    private static final int EVICTING_BLOBS = 4;
    private static final int FEW_POINTS = 3;
    private static final int POINTS_MAX = 200;

    /// The thread that all virtual threads run on, of which there is one here.
    static final String CARRIER = "ForkJoinPool-1-";

    /// And the index's own.
    static final List<String> THREADS = List.of(CARRIER, "index-committer");

    @Override
    public String name() {
        return "syscalls";
    }

    @Override
    public String what() {
        return "SIGKILL at the Nth call of each kind of one download, commit and eviction, N = 1, 2 … until it completes";
    }

    /// All virtual threads on one carrier, so that its calls are those of the download.
    static Node oneCarrier(Ground ground) throws IOException {
        return ground.node()
                .with(
                        "TARN_JAVA_OPTS",
                        "-Djdk.virtualThreadScheduler.parallelism=1 -Djdk.virtualThreadScheduler.maxPoolSize=1")
                .with("TARN_DOWNLOAD_CHUNK_SIZE", "1MiB");
    }

    @Override
    public void run(Ground ground) throws IOException {
        Node node = oneCarrier(ground);
        Invariants invariants = new Invariants(ground.tally());
        Blob first = ground.blob(1_000);
        Set<Blob> acknowledged = new HashSet<>();
        List<Blob> all = new ArrayList<>(List.of(first));
        node.start();
        for (String call : CALLS) {
            for (String thread : THREADS) {
                killAtEach(ground, node, call, thread, invariants, acknowledged, all);
            }
        }
        KillCampaign.finish("after all points", node, all, invariants);
        evicting(ground, invariants);
    }

    /// The same on a store that has to evict for each blob. Who evicts is the store's affair, so
    /// all threads are watched; a blob may be gone again, but never be wrong.
    private static void evicting(Ground ground, Invariants invariants) throws IOException {
        Node node =
                oneCarrier(ground)
                        .with("TARN_STORAGE_CAPACITY", Long.toString(EVICTING_BLOBS * BLOB_BYTES));
        node.start();
        List<Blob> all = ground.blobs(2 * EVICTING_BLOBS, BLOB_BYTES - 1_000);
        for (Blob blob : all) {
            invariants.right("filling", Pull.of(node.endpoint(), blob).run());
        }
        for (String call : EVICTING_CALLS) {
            boolean isKilled = true;
            for (int n = 1; isKilled && n <= (ground.isQuick() ? FEW_POINTS : POINTS_MAX); n++) {
                String when = "%s %d, evicting".formatted(call, n);
                String injection = "signal=SIGKILL:when=" + n;
                Blob blob = ground.blob(BLOB_BYTES - n);
                try (Strace _ = Strace.process(ground.folder(), node.pid(), call, injection)) {
                    Pull pull = Pull.of(node.endpoint(), blob).within(Duration.ofSeconds(20));
                    invariants.honest(when, pull.run());
                    isKilled = node.awaitEnd(Duration.ofMillis(500));
                }
                if (isKilled) {
                    ground.tally().count("points of death while evicting");
                    node.kill();
                    node.start();
                    invariants.agreed(when, node, KillCampaign.PENDING_MAX);
                    invariants.named(when, node.tree());
                    invariants.right(when, Pull.of(node.endpoint(), blob).run());
                }
            }
        }
        KillCampaign.finish("after all points, evicting", node, all, invariants);
    }

    private static void killAtEach(
            Ground ground,
            Node node,
            String call,
            String thread,
            Invariants invariants,
            Set<Blob> acknowledged,
            List<Blob> all)
            throws IOException {
        Blob small = all.getFirst();
        int step = 1;
        boolean isKilled = true;
        for (int n = 1; isKilled && n < POINTS_MAX; n += step) {
            // Writes of one kind resemble each other: the quick form takes the first few and then
            // some.
            step = ground.isQuick() && n >= FEW_POINTS ? 2 * n : 1;
            String when = "%s %d of %s".formatted(call, n, thread);
            invariants.right(
                    when, Pull.of(node.endpoint(), small).run()); // and the thread is there
            Blob blob = ground.blob(BLOB_BYTES + n);
            all.add(blob);
            isKilled =
                    killOnce(ground, node, when, call, n, thread, blob, invariants, acknowledged);
        }
    }

    private static boolean killOnce(
            Ground ground,
            Node node,
            String when,
            String call,
            int n,
            String thread,
            Blob blob,
            Invariants invariants,
            Set<Blob> acknowledged)
            throws IOException {
        Strace strace =
                Strace.thread(
                        ground.folder(), node.thread(thread), call, "signal=SIGKILL:when=" + n);
        try (strace) {
            Pull pull = Pull.of(node.endpoint(), blob).within(Duration.ofSeconds(20));
            if (invariants.honest(when, pull.run()).isRight()) {
                acknowledged.add(blob);
            }
            // What comes after the last bytes may still kill.
            if (!node.awaitEnd(Duration.ofMillis(100))) {
                return false;
            }
        }
        ground.tally().count("points of death");
        node.kill();
        node.start();
        invariants.agreed(when, node, KillCampaign.PENDING_MAX);
        invariants.named(when, node.tree());
        invariants.kept(when, node, ground.upstream(), acknowledged);
        invariants.right(when, Pull.of(node.endpoint(), blob).run());
        acknowledged.clear(); // they have been looked at
        acknowledged.add(blob);
        return true;
    }
}
