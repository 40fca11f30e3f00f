package dev.tarn.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// SIGTERM and SIGINT as something to wait for. After its shutdown hooks the JVM would die of the
/// signal, with exit code 143; so the hook waits until everything has been closed, and then ends
/// the process itself.
final class Termination {

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Duration closeMax;

    private Termination(Duration closeMax) {
        this.closeMax = closeMax;
    }

    /// From here on the process ends when `closed` has been called, or `closeMax` after the signal.
    static Termination listen(Duration closeMax) {
        Termination termination = new Termination(closeMax);
        Runtime.getRuntime().addShutdownHook(new Thread(termination::end, "termination"));
        return termination;
    }

    /// Waits for the signal.
    void await() throws InterruptedException {
        asked.await();
    }

    /// Everything has been closed.
    void closed() {
        closed.countDown();
    }

    private void end() {
        asked.countDown();
        int exitCode = Main.FAILED;
        try {
            exitCode =
                    closed.await(closeMax.toMillis(), TimeUnit.MILLISECONDS) ? Main.OK : exitCode;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(exitCode);
    }
}
