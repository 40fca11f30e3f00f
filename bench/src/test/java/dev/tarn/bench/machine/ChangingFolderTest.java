package dev.tarn.bench.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChangingFolderTest {

    @TempDir Path root;

    @Test
    void filesOfAllLevelsAreInOrderAndFoldersAreNotAmongThem() throws IOException {
        Path deep = Files.createDirectories(root.resolve("b/c"));
        Path inner = Files.createFile(deep.resolve("x"));
        Path outer = Files.createFile(root.resolve("a"));
        assertThat(new ChangingFolder(root).files()).containsExactly(outer, inner);
    }

    @Test
    void folderThatIsNotThereHasNoFiles() throws IOException {
        assertThat(new ChangingFolder(root.resolve("missing")).files()).isEmpty();
    }

    @Test
    void lookGoesOnWhereFilesGo() throws IOException, InterruptedException {
        Path lasting = Files.createFile(Files.createDirectories(root.resolve("z")).resolve("last"));
        AtomicBoolean isOver = new AtomicBoolean();
        Thread restless = Thread.ofPlatform().start(() -> makeAndDelete(isOver));
        try {
            for (int look = 0; look < 2_000; look++) {
                assertThat(new ChangingFolder(root).files()).contains(lasting);
            }
        } finally {
            isOver.set(true);
            restless.join();
        }
    }

    private void makeAndDelete(AtomicBoolean isOver) {
        try {
            while (!isOver.get()) {
                Path folder = Files.createDirectory(root.resolve("brief"));
                Path file = Files.createFile(folder.resolve("file"));
                Files.delete(file);
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
