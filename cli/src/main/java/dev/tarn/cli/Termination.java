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

    /// From here on a signal ends the process only when `closed` has been called, or `closeMax`
    /// later.
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
        if (closed.getCount() == 0) {
            return; // no signal: the process ends by itself, with an exit code of its own
        }
        asked.countDown();
        int exitCode = Main.FAILED;
        try {
            if (closed.await(closeMax.toMillis(), TimeUnit.MILLISECONDS)) {
                exitCode = Main.OK;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Log.close();
        Runtime.getRuntime().halt(exitCode);
    }
}
