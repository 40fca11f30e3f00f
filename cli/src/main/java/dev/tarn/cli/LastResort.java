package dev.tarn.cli;

import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What becomes of the process when a thread dies of something that nobody expected. The platform
/// threads are few, and the mirror cannot do without any of them: event loops, the index. A process
/// that limps on without one would keep its port and answer nobody, so it ends at once, and whoever
/// supervises it starts it afresh; a start is quick, and repairs whatever a kill leaves behind. A
/// virtual thread belongs to one request or download, which fails without it.
final class LastResort implements Thread.UncaughtExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(LastResort.class);

    private final IntConsumer end;

    /// @param end ends the process with an exit code, without waiting for anything
    LastResort(IntConsumer end) {
        this.end = end;
    }

    /// From here on, in this process.
    static void install() {
        Thread.setDefaultUncaughtExceptionHandler(
                new LastResort(exitCode -> Runtime.getRuntime().halt(exitCode)));
    }

    @Override
    public void uncaughtException(Thread thread, Throwable failure) {
        if (thread.isVirtual()) {
            LOG.error("a bug: the thread {} has died", thread.getName(), failure);
            return;
        }
        try {
            LOG.error("the thread {} has died: the process ends", thread.getName(), failure);
            Log.close();
        } finally {
            end.accept(Main.BROKEN);
        }
    }
}
