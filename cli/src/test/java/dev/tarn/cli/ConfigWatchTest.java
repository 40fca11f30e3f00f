package dev.tarn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ConfigWatchTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final AtomicInteger reloads = new AtomicInteger();
    @TempDir private Path folder = Path.of("");

    @Test
    void aFileThatChangesIsReadAgainOnceForEachChange() throws Exception {
        Path file = Files.writeString(folder.resolve("tarn.yaml"), "log: {level: info}");
        try (ConfigWatch watch = new ConfigWatch(Optional.of(file))) {
            watch.start(reloads::incrementAndGet);
            Files.writeString(file, "log: {level: warn}");
            await().atMost(LONG).until(() -> reloads.get() == 1);

            Files.delete(file);
            await().atMost(LONG).until(() -> reloads.get() == 2);

            Files.writeString(file, "log: {level: warn}");
            await().atMost(LONG).until(() -> reloads.get() == 3);
        }
        assertThat(reloads).hasValue(3);
    }

    /// As a `ConfigMap` is mounted.
    @Test
    void aLinkThatLeadsElsewhereIsAChange() throws Exception {
        Path first = Files.writeString(folder.resolve("first"), "x: 1");
        Path second = Files.writeString(folder.resolve("second"), "x: 2");
        Path file = Files.createSymbolicLink(folder.resolve("tarn.yaml"), first);
        try (ConfigWatch watch = new ConfigWatch(Optional.of(file))) {
            watch.start(reloads::incrementAndGet);
            Path link = Files.createSymbolicLink(folder.resolve("new"), second);
            Files.move(link, file, StandardCopyOption.ATOMIC_MOVE);

            await().atMost(LONG).until(() -> reloads.get() == 1);
        }
    }

    @Test
    void whoeverAsksHasItReadChangedOrNot() throws Exception {
        try (ConfigWatch watch = new ConfigWatch(Optional.empty())) {
            watch.start(reloads::incrementAndGet);
            watch.ask();
            await().atMost(LONG).until(() -> reloads.get() == 1);
            watch.ask();
            await().atMost(LONG).until(() -> reloads.get() == 2);
        }
    }
}
