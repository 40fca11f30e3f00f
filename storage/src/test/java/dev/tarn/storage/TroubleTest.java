package dev.tarn.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A disk that takes nothing is played by a folder that is not there.
final class TroubleTest {

    private final IOException full = new IOException("No space left on device");

    @TempDir private Path folder;
    private Trouble trouble;
    private Path disk;

    @BeforeEach
    void open() {
        disk = folder.resolve("disk");
        trouble = new Trouble(disk.resolve("probe"), Duration.ofMillis(5));
    }

    @AfterEach
    void close() {
        trouble.close();
    }

    @Test
    void nothingIsWrongAtFirst() {
        assertThat(trouble.now()).isEmpty();
    }

    @Test
    void aWriteThatFailsIsNotedAndFailsNevertheless() {
        assertThatThrownBy(() -> fail(full)).isSameAs(full);
        assertThat(trouble.now()).contains("blobs cannot be written (No space left on device)");
    }

    @Test
    void itIsOverOnceSomethingCanBeWrittenAndNothingIsLeftOfTheTry() throws Exception {
        assertThatThrownBy(() -> fail(full)).isSameAs(full);
        Files.createDirectory(disk);

        await().until(() -> trouble.now().isEmpty());
        assertThat(disk).isEmptyDirectory();
    }

    @Test
    void aDiskThatTakesWhatItCannotKeepIsToldFromOneThatTakesNothing() throws Exception {
        try (Trouble slow = new Trouble(disk.resolve("probe"), Duration.ofMillis(300))) {
            Files.createDirectory(disk);
            // takes everything, and cannot be synced; deleted after the first try
            Files.createSymbolicLink(disk.resolve("probe"), Path.of("/dev/null"));
            slow.note(Trouble.Part.FILES, full);
            slow.requireKeeping();

            await().pollInterval(Duration.ofMillis(10))
                    .untilAsserted(() ->
                            assertThatThrownBy(slow::requireKeeping)
                                    .hasMessageContaining("does not keep"));
            assertThat(slow.now()).isPresent();
            await().until(() -> slow.now().isEmpty());
            slow.requireKeeping();
        }
    }

    @Test
    void itComesBackAndIsOverAgain() throws Exception {
        Files.createDirectory(disk);
        for (int i = 0; i < 3; i++) {
            trouble.note(Trouble.Part.FILES, full);
            assertThat(trouble.now()).isPresent();
            await().until(() -> trouble.now().isEmpty());
        }
    }

    @Test
    void aWriterThatWasInterruptedIsNobodysFault() {
        ClosedByInterruptException interrupted = new ClosedByInterruptException();
        assertThatThrownBy(() -> fail(interrupted)).isSameAs(interrupted);
        assertThat(trouble.now()).isEmpty();
    }

    @Test
    void theIndexSaysItselfWhenItIsWellAgain() throws Exception {
        Files.createDirectory(disk);
        trouble.note(Trouble.Part.INDEX, full);
        trouble.note(Trouble.Part.FILES, full);

        await().until(() -> !trouble.now().orElseThrow().contains("blobs"));
        assertThat(trouble.now()).contains("the index cannot be written (No space left on device)");
        trouble.clear(Trouble.Part.INDEX);
        assertThat(trouble.now()).isEmpty();
    }

    private void fail(IOException failure) throws IOException {
        var _ =
                trouble.watch(() -> {
                    throw failure;
                });
    }
}
