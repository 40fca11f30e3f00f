package dev.tarn.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// What it takes for a change to outlast a power cut.
final class Sync {

    /// Something done to files.
    @FunctionalInterface
    interface Action {
        void run() throws IOException;
    }

    private Sync() {}

    /// Makes the names in a directory last.
    static void directory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /// Does something on a thread that may have been interrupted already, which would close every
    /// channel it touches. It stays interrupted.
    static void undisturbed(Action action) throws IOException {
        boolean isInterrupted = Thread.interrupted();
        try {
            action.run();
        } finally {
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
