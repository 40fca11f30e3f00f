package dev.tarn.bench.faults;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.machine.Pause;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Errors instead of death: the Nth call of each kind fails once, for N = 1, 2 … until a run
/// completes without a failure. Whoever pulls gets the right bytes all the same, and the mirror
/// needs no help afterwards.
record WriteErrorCampaign() implements Campaign {

    private static final int POINTS_MAX = 60;
    private static final int POINTS_QUICK = 2;
    private static final Duration HEALED_WITHIN = Duration.ofSeconds(30);

    @Override
    public String name() {
        return "ioerrors";
    }

    @Override
    public String what() {
        return "EIO and ENOSPC at the Nth write, sync, rename or open of one download, N = 1, 2 … until it completes";
    }

    @Override
    public void run(Ground ground) throws IOException {
        Invariants invariants = new Invariants(ground.tally());
        List<String> errors = List.of("EIO", "ENOSPC");
        for (int turn = 0; turn < (ground.isQuick() ? 1 : errors.size()); turn++) {
            Node node = SyscallCampaign.oneCarrier(ground);
            List<Blob> all = new ArrayList<>(List.of(ground.blob(1_000)));
            node.start();
            for (int call = 0; call < SyscallCampaign.CALLS.size(); call++) {
                String error = errors.get((turn + call) % errors.size());
                for (String thread : SyscallCampaign.THREADS) {
                    String name = SyscallCampaign.CALLS.get(call);
                    // What the carrier writes so are its log and its calls for other threads.
                    if (!name.equals("write") || !thread.equals(SyscallCampaign.CARRIER)) {
                        failEach(ground, node, name, error, thread, all, invariants);
                    }
                }
            }
            node.stop();
            node.start();
            invariants.agreed("after a restart", node);
            KillCampaign.finish("after all errors", node, all, invariants);
        }
    }

    private static void failEach(
            Ground ground,
            Node node,
            String call,
            String error,
            String thread,
            List<Blob> all,
            Invariants invariants)
            throws IOException {
        int most = ground.isQuick() ? POINTS_QUICK : POINTS_MAX;
        boolean hasFailed = true;
        for (int n = 1; hasFailed && n <= most; n++) {
            String when = "%s at %s %d of %s".formatted(error, call, n, thread);
            invariants.right(when, Pull.of(node.endpoint(), all.getFirst()).run());
            Blob blob = ground.blob(SyscallCampaign.BLOB_BYTES + n);
            all.add(blob);
            long id = node.thread(thread);
            String injection = "error=%s:when=%d".formatted(error, n);
            try (Strace strace = Strace.thread(ground.folder(), id, call, injection)) {
                invariants.right(when, Pull.of(node.endpoint(), blob).run());
                hasFailed = strace.injected() > 0;
            }
            invariants.alive(when, node);
            if (hasFailed) {
                ground.tally().count("errors injected");
            }
            storesAgain(ground, node, when, all, invariants);
        }
    }

    /// Within a while, what is pulled is kept again, without a restart.
    static void storesAgain(
            Ground ground, Node node, String when, List<Blob> all, Invariants invariants)
            throws IOException {
        long until = System.nanoTime() + HEALED_WITHIN.toNanos();
        boolean isKept = false;
        while (!isKept && System.nanoTime() < until) {
            Pause.millis(50);
            Blob blob = ground.blob(20_000);
            all.add(blob);
            boolean isRight = Pull.of(node.endpoint(), blob).run().isRight();
            long before = ground.upstream().blobGets();
            isKept =
                    isRight
                            && Pull.of(node.endpoint(), blob).run().isRight()
                            && ground.upstream().blobGets() == before;
        }
        if (!isKept) {
            ground.tally().count("not healed without a restart");
            ground.tally().violated(when + ": nothing is stored any more without a restart");
            node.stop();
            node.start();
        }
    }
}
