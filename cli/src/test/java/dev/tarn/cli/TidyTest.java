package dev.tarn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The rules of style that a machine can check, over every source file of every module.
class TidyTest {

    private static final int LINES_MAX = 400;
    private static final Pattern UNFINISHED =
            Pattern.compile("\\b(TO" + "DO|FIX" + "ME|X" + "XX)\\b");
    private static final Pattern BANNED_NAME =
            Pattern.compile(
                    "I[A-Z][a-z].*|Default[A-Z].*|.*(Utils?|Helpers?|Managers?|Impl|Constants|Abstract.*)");
    private static final Pattern BANNED_PACKAGE =
            Pattern.compile(".*/(util|utils|common|helper|helpers|model|impl|misc)/.*");
    private static final Pattern MOCKS = Pattern.compile("import (static )?org\\.mockito");
    private static final Pattern SLEEP = Pattern.compile("\\bThread\\.sleep\\(");

    /// A class in running text, between backticks; what has dots, spaces or hyphens is something
    /// else.
    private static final Pattern CLASS_NAME = Pattern.compile("`([A-Z][a-z]+(?:[A-Z][a-z]+)*)`");

    private static final Pattern DOCUMENT = Pattern.compile("docs/[\\w./-]+\\.md");

    private static final List<String> OTHER_WORDS = List.of("Optional", "Range");

    /// One source file, by its path in the project.
    private record Source(String path, List<String> lines) {

        String text() {
            return String.join("\n", lines);
        }

        String name() {
            return path.substring(path.lastIndexOf('/') + 1).replace(".java", "");
        }

        String folder() {
            return path.substring(0, path.lastIndexOf('/') + 1);
        }

        @Override
        public String toString() {
            return path;
        }
    }

    @Test
    void noFileIsLongerThanFourHundredLines() throws IOException {
        assertThat(sources()).filteredOn(source -> source.lines().size() > LINES_MAX).isEmpty();
    }

    @Test
    void everyPackageSaysWhatItIsAndIsNullMarked() throws IOException {
        List<Source> sources = sources();
        assertThat(sources.stream().map(Source::folder).filter(folder -> folder.contains("/main/")))
                .allSatisfy(folder ->
                        assertThat(sources)
                                .filteredOn(source ->
                                        source.path().equals(folder + "package-info.java"))
                                .singleElement()
                                .satisfies(info ->
                                        assertThat(info.text())
                                                .startsWith("/// ")
                                                .contains("@NullMarked")));
    }

    @Test
    void nothingIsLeftUnfinished() throws IOException {
        assertThat(sources())
                .filteredOn(source -> UNFINISHED.matcher(source.text()).find())
                .isEmpty();
    }

    @Test
    void noNameSaysNothing() throws IOException {
        assertThat(sources())
                .filteredOn(source ->
                        BANNED_NAME.matcher(source.name()).matches()
                                || BANNED_PACKAGE.matcher(source.path()).matches())
                .isEmpty();
    }

    @Test
    void noTestMocksOrSleeps() throws IOException {
        assertThat(sources())
                .filteredOn(source -> source.path().contains("/src/test/"))
                .filteredOn(source ->
                        MOCKS.matcher(source.text()).find() || SLEEP.matcher(source.text()).find())
                .isEmpty();
    }

    @Test
    void everyClassThatTheArchitectureNamesExists() throws IOException {
        List<String> classes = sources().stream().map(Source::name).toList();
        String text = Files.readString(Path.of("../docs/architecture.md"));
        assertThat(
                        CLASS_NAME
                                .matcher(text)
                                .results()
                                .map(name -> name.group(1))
                                .filter(name -> !OTHER_WORDS.contains(name))
                                .distinct())
                .hasSizeGreaterThan(40)
                .allSatisfy(name -> assertThat(classes).contains(name));
    }

    /// Who installs Tarn is sent there.
    @Test
    void everyDocumentThatIsNamedToOperatorsExists() throws IOException {
        assertThat(documentsNamedIn("docker", "conf"))
                .isNotEmpty()
                .allSatisfy(document -> assertThat(Path.of("..", document)).isRegularFile());
    }

    private static Set<String> documentsNamedIn(String... folders) throws IOException {
        Set<String> documents = new TreeSet<>();
        for (String folder : folders) {
            try (Stream<Path> tree = Files.walk(Path.of("..", folder))) {
                for (Path file : tree.filter(Files::isRegularFile).toList()) {
                    DOCUMENT.matcher(Files.readString(file))
                            .results()
                            .forEach(name -> documents.add(name.group()));
                }
            }
        }
        return documents;
    }

    private static List<Source> sources() throws IOException {
        Path project = Path.of("..").toRealPath();
        try (Stream<Path> tree = Files.walk(project)) {
            List<Path> files =
                    tree.filter(path ->
                                    path.toString().matches(".*/src/(main|test)/java/.*\\.java"))
                            .toList();
            assertThat(files).hasSizeGreaterThan(20);
            return files.stream().map(file -> source(project, file)).toList();
        }
    }

    private static Source source(Path project, Path file) {
        try {
            return new Source(project.relativize(file).toString(), Files.readAllLines(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
