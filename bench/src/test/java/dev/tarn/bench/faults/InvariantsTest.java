package dev.tarn.bench.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.fixture.Fixtures;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The checker itself: what is broken is noticed, and nothing else is.
class InvariantsTest {

    @TempDir private Path root;
    private final Tally tally = new Tally(new PrintStream(OutputStream.nullOutputStream()));
    private final Invariants invariants = new Invariants(tally);

    private static Pulled pulled(Pulled.Kind kind) {
        return new Pulled(kind, 200, 0, 0, 0, 0, "");
    }

    @Test
    void aWrongAnswerIsAlwaysBrokenAndAFailureOnlyWhereNothingExcusesIt() {
        invariants.honest("now", pulled(Pulled.Kind.RIGHT));
        invariants.right("now", pulled(Pulled.Kind.RIGHT));
        invariants.honest("now", pulled(Pulled.Kind.CUT));
        invariants.honest("now", pulled(Pulled.Kind.REFUSED));
        assertThat(tally.violations()).isEmpty();
        invariants.right("now", pulled(Pulled.Kind.CUT));
        invariants.honest("now", pulled(Pulled.Kind.WRONG));
        assertThat(tally.violations()).hasSize(2);
        assertThat(tally.total("complete wrong answers")).isEqualTo(1);
        assertThat(tally.total("pulls")).isEqualTo(6);
    }

    @Test
    void aFileThatIsNotNamedByItsHashIsNoticed() throws IOException {
        Tree tree = new Tree(root);
        try (Fixtures fixtures = new Fixtures(root.resolve("fixtures"), 1)) {
            Blob blob = fixtures.blob(5_000);
            Path place = tree.place(blob);
            Files.createDirectories(place.resolveSibling("."));
            Files.copy(blob.file(), place);
            invariants.named("now", tree);
            assertThat(tally.violations()).isEmpty();
            Files.write(place, new byte[5_000]);
            invariants.named("now", tree);
            assertThat(tally.violations()).singleElement().asString().contains(place.toString());
        }
    }

    @Test
    void whatDoesNotBelongIntoAStoreIsNoticed() throws IOException {
        Files.createDirectories(root.resolve("blobs"));
        Files.createDirectories(root.resolve("index"));
        Files.createDirectories(root.resolve("quarantine"));
        invariants.nothingStray("now", new Tree(root));
        assertThat(tally.violations()).isEmpty();
        Files.createDirectories(root.resolve("index.broken-1"));
        invariants.nothingStray("now", new Tree(root));
        assertThat(tally.violations()).isEmpty();
        Files.createDirectories(root.resolve("index.broken-2"));
        Files.createFile(root.resolve("quarantine/sha256-00"));
        invariants.nothingStray("now", new Tree(root));
        assertThat(tally.violations()).hasSize(2);
    }
}
