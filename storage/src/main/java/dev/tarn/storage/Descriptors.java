package dev.tarn.storage;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// File descriptors, where the process runs out of them. That is no damage, and nothing is missing
/// because of it: the files that are open only in case somebody asks again are closed, and whoever
/// needs one waits for a moment. Any thread may call.
final class Descriptors {

    private static final int ATTEMPTS_MAX = 40;
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final Runnable shed;

    /// @param shed closes the files that nobody needs now
    Descriptors(Runnable shed) {
        this.shed = shed;
    }

    /// Does what needs a descriptor, for two seconds at most where there is none.
    <T> T need(Trouble.Attempt<T> attempt) throws IOException {
        for (int i = 1; i < ATTEMPTS_MAX; i++) {
            try {
                return attempt.make();
            } catch (IOException e) {
                if (!areExhausted(e)) {
                    throw e;
                }
                shed.run();
                LockSupport.parkNanos(this, PAUSE.toNanos());
            }
        }
        return attempt.make();
    }

    void needFor(Sync.Action action) throws IOException {
        var _ =
                need(() -> {
                    action.run();
                    return true;
                });
    }

    /// Neither the JDK nor RocksDB has a type for this: both pass on the words of the C library.
    static boolean areExhausted(IOException e) {
        for (@Nullable Throwable at = e; at != null; at = at.getCause()) {
            if (String.valueOf(at.getMessage()).contains("Too many open files")) {
                return true;
            }
        }
        return false;
    }
}
