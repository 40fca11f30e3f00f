package dev.tarn.bench.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `docs/reliability.md` names no test and no campaign that is not there, and leaves none out.
class ReliabilityTest {

    private static final Path DOCUMENT = Path.of("../docs/reliability.md");
    private static final Pattern TEST = Pattern.compile("`([A-Z][A-Za-z]+Test)`");
    private static final Pattern CAMPAIGN =
            Pattern.compile("(?m)(?<=[ (])\\*([a-z0-9-]+)\\*(?!\\*)");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| (\\d+) \\|");

    @Test
    void everyTestThatItNamesExists() throws IOException {
        try (Stream<Path> tree = Files.walk(Path.of("..").toRealPath())) {
            List<String> files =
                    tree.map(path -> path.getFileName().toString())
                            .filter(name -> name.endsWith("Test.java"))
                            .toList();
            assertThat(found(TEST))
                    .hasSizeGreaterThan(20)
                    .allSatisfy(test -> assertThat(files).contains(test + ".java"));
        }
    }

    @Test
    void itNamesTheCampaignsThatThereAre() throws IOException {
        assertThat(found(CAMPAIGN))
                .containsExactlyInAnyOrderElementsOf(
                        Campaign.all().stream().map(Campaign::name).toList());
    }

    @Test
    void everyFaultThatConcernsOneNodeHasARow() throws IOException {
        assertThat(found(ROW)).hasSize(31).contains("1", "27", "31", "34").doesNotContain("28");
    }

    @Test
    void aRunAddsItsRowToTheTotals(@TempDir Path folder) throws IOException {
        Path copy = folder.resolve("reliability.md");
        Files.copy(DOCUMENT, copy);
        Ledger.Entry entry =
                new Ledger.Entry("kill9", "7 kills", 0, Duration.ofSeconds(3), "abc", 5);
        Ledger.append(copy, entry);
        assertThat(Files.readAllLines(copy).getLast())
                .isEqualTo(entry.row())
                .contains("| `abc` | kill9 | 5 | 7 kills | 3 s | kept |");
    }

    private static List<String> found(Pattern pattern) throws IOException {
        return pattern.matcher(Files.readString(DOCUMENT))
                .results()
                .map((MatchResult match) -> match.group(1))
                .distinct()
                .toList();
    }
}
