package dev.tarn.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Says when the configuration is to be read again: when its file has changed and is not being
/// written any more, and whenever it is asked to. It looks at what is in the file, since a
/// `ConfigMap` changes by links that lead elsewhere.
final class ConfigWatch implements AutoCloseable {

    private static final long INTERVAL_MILLIS = 2_000;

    private static final byte[] NOTHING = {};

    private final Optional<Path> file;
    private final Semaphore asked = new Semaphore(0);
    private final AtomicBoolean isClosed = new AtomicBoolean();
    private final byte[] atFirst;
    private @Nullable Thread thread;

    /// What is in the file now is taken to be known.
    ConfigWatch(Optional<Path> file) {
        this.file = file;
        this.atFirst = content();
    }

    /// @param reload called on a thread of its own
    void start(Runnable reload) {
        thread = Thread.ofPlatform().name("config").daemon().start(() -> run(reload));
    }

    /// Has it read again, changed or not.
    void ask() {
        asked.release();
    }

    private void run(Runnable reload) {
        byte[] read = atFirst;
        byte[] seen = read;
        while (!isClosed.get()) {
            boolean isAsked = awaitTurn();
            byte[] there = content();
            boolean isWritten = Arrays.equals(there, seen);
            seen = there;
            if (!isClosed.get() && (isAsked || (isWritten && !Arrays.equals(there, read)))) {
                read = there;
                reload.run();
            }
        }
    }

    /// Whether somebody asked.
    private boolean awaitTurn() {
        try {
            boolean isAsked = asked.tryAcquire(INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
            asked.drainPermits();
            return isAsked;
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the watch", e);
        }
    }

    /// A file that cannot be read is one without anything in it: reading it as a configuration says
    /// what is wrong.
    private byte[] content() {
        try {
            return file.isPresent() ? Files.readAllBytes(file.get()) : NOTHING;
        } catch (IOException e) {
            return NOTHING;
        }
    }

    @Override
    public void close() {
        isClosed.set(true);
        asked.release();
        try {
            if (thread != null) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
