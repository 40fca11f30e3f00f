package dev.tarn.bench.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ProcessTreeTest {

    @Test
    void nameOfAProcessMayHaveAnythingInIt() {
        String stat = "42 (a) b (c 1 2 3) S 1 42 42 0 -1 4194560 10 20 30 40 100 20 3 4 20 0 1 0";
        assertThat(ProcessTree.cpuTicks(stat)).isEqualTo(100 + 20 + 3 + 4);
    }

    @Test
    void processThatIsGoneCostsNothing() {
        assertThat(ProcessTree.cpuTicks("")).isZero();
    }

    @Test
    void compilersOfAJvmAreCountedAndNoOthers() throws IOException {
        ProcessTree self = new ProcessTree(ProcessHandle.current());
        assertThat(self.compilerSeconds()).isPositive().isLessThan(self.cpuSeconds());
        Process sleep = new ProcessBuilder("sleep", "60").start();
        ProcessTree tree = new ProcessTree(sleep.toHandle());
        assertThat(tree.compilerSeconds()).isZero();
        tree.stop(1_000);
        assertThat(tree.compilerSeconds()).isZero();
    }

    @Test
    void threadsAreFoundByNameWhileOthersEnd() throws InterruptedException {
        ProcessTree self = new ProcessTree(ProcessHandle.current());
        CountDownLatch named = new CountDownLatch(1);
        CountDownLatch looked = new CountDownLatch(1);
        Thread lasting =
                Thread.ofPlatform()
                        .name("lasting-7")
                        .start(() -> {
                            named.countDown();
                            await(looked);
                        });
        await(named); // a thread has its name once it runs
        Thread restless =
                Thread.ofPlatform()
                        .start(() -> {
                            while (looked.getCount() > 0) {
                                join(Thread.ofPlatform().name("brief").start(() -> {}));
                            }
                        });
        try {
            for (int look = 0; look < 200; look++) {
                assertThat(self.threadsNamed("lasting-")).hasSize(1);
                assertThat(self.threadsNamed("nobody")).isEmpty();
            }
        } finally {
            looked.countDown();
        }
        lasting.join();
        restless.join();
    }

    @Test
    void childrenCountAndStopWithTheirParent() throws IOException {
        Process shell =
                new ProcessBuilder(
                                "sh",
                                "-c",
                                "sleep 60 & i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; wait")
                        .start();
        ProcessTree tree = new ProcessTree(shell.toHandle());
        while (tree.cpuSeconds() < 0.02 || shell.descendants().findAny().isEmpty()) {
            Pause.millis(5);
        }
        assertThat(tree.residentMegabytes()).isPositive();
        assertThat(tree.peakMegabytes()).isGreaterThanOrEqualTo(tree.residentMegabytes());
        ProcessHandle child = shell.descendants().findAny().orElseThrow();
        tree.stop(1_000);
        assertThat(child.isAlive()).isFalse();
        assertThat(shell.isAlive()).isFalse();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
