package dev.tarn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The launcher and the folder that the build has laid out, as they are shipped.
@Timeout(120)
class AppIT {

    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
    private static final Path APP = PROJECT.resolve("cli/target/app");
    private static final Pattern READY = Pattern.compile("tarn is ready on (http://\\S+) .*");

    @TempDir private Path folder = Path.of("");

    /// What a run said on standard error, from its start to its end by SIGTERM.
    private record Run(int exitCode, String err) {}

    @Test
    void everyLibraryIsThereOnceAndHoldsNoNativeOnes() throws Exception {
        assertThat(APP.resolve("lib"))
                .isDirectoryContaining("glob:**/tarn.jar")
                .isDirectoryContaining("glob:**/rocksdbjni-*.jar")
                .isDirectoryNotContaining("glob:**/*linux*");
        try (Stream<Path> jars = Files.list(APP.resolve("lib"))) {
            assertThat(jars).allSatisfy(jar -> assertThat(Files.size(jar)).isLessThan(3_000_000));
        }
        assertThat(APP.resolve("native"))
                .isDirectoryContaining("glob:**/*rocksdbjni*")
                .isDirectoryContaining("glob:**/libnetty_tcnative_linux_x86_64.so")
                .isDirectoryContaining("glob:**/libnetty_tcnative_linux_aarch_64.so")
                .isDirectoryContaining("glob:**/libnetty_transport_native_epoll_x86_64.so")
                .isDirectoryContaining("glob:**/libnetty_transport_native_epoll_aarch_64.so");
    }

    @Test
    void theCacheFitsAndNothingIsUnpacked() throws Exception {
        Path scratch = Files.createDirectory(folder.resolve("scratch"));

        // With this mode a JVM that cannot use the cache does not start.
        Run run = serve(PROJECT, "-XX:AOTMode=on -Djava.io.tmpdir=" + scratch);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(scratch).isEmptyDirectory();
    }

    @Test
    void itRunsInAFolderWithSpaces() throws Exception {
        Run run = serve(copy(), "-XX:AOTMode=on");

        assertThat(run.exitCode()).as(run.err()).isZero();
    }

    @Test
    void aCacheThatDoesNotFitCostsNoWord() throws Exception {
        Run other = serve(PROJECT, "-XX:+UseCompactObjectHeaders");
        assertThat(other.exitCode()).as(other.err()).isZero();
        assertThat(other.err()).doesNotContainIgnoringCase("aot", "archive");

        Path copy = copy();
        Path cache = copy.resolve("cli/target/app/tarn.aot");
        Files.writeString(cache, "no cache at all");
        Run broken = serve(copy, "-Dx=y");
        assertThat(broken.exitCode()).as(broken.err()).isZero();
        assertThat(broken.err()).doesNotContainIgnoringCase("aot", "archive");

        Files.delete(cache);
        assertThat(serve(copy, "-Dx=y").exitCode()).isZero();
    }

    private Path copy() throws IOException {
        Path copy = Files.createDirectories(folder.resolve("a folder with spaces"));
        Files.copy(PROJECT.resolve("tarn"), copy.resolve("tarn"));
        try (Stream<Path> files = Files.walk(APP)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path place = copy.resolve(PROJECT.relativize(file).toString());
                Files.createDirectories(place.getParent());
                Files.copy(file, place, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        return copy;
    }

    /// Serves one request and ends.
    private Run serve(Path project, String options) throws Exception {
        Path err = Files.createTempFile(folder, "err", "");
        ProcessBuilder builder =
                new ProcessBuilder(List.of(project.resolve("tarn").toString(), "serve"))
                        .redirectError(err.toFile());
        builder.environment().put("TARN_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("TARN_JAVA_OPTS", options);
        builder.environment().put("TARN_HTTP_ADDR", "127.0.0.1:0");
        builder.environment().put("TARN_ADMIN_ADDR", "127.0.0.1:0");
        builder.environment().put("TARN_STORAGE_ROOTDIRECTORY", folder.resolve("store").toString());
        Process tarn = builder.start();
        try (BufferedReader out = tarn.inputReader()) {
            Matcher ready = READY.matcher(String.valueOf(out.readLine()));
            assertThat(ready.matches()).as(Files.readString(err)).isTrue();
            assertThat(new PullClient(URI.create(ready.group(1))).get("/v2/").status())
                    .isEqualTo(200);
            tarn.toHandle().destroy();
            assertThat(tarn.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(out.readLine()).isNull();
        } finally {
            tarn.destroyForcibly();
        }
        return new Run(tarn.exitValue(), Files.readString(err));
    }
}
