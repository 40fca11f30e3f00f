package dev.tarn.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/// Part of the build: lays out what is copied into an image, or onto a machine without a JDK. The
/// launcher finds the rest beside it:
///
/// ```
/// tarn            the launcher
/// app/lib         the program
/// app/native      the native libraries of this platform
/// app/tarn.aot    what a rehearsal on this very Java wrote down
/// jre             a Java of the modules that the program needs
/// ```
///
/// The JVM takes `tarn.aot` in any folder, as long as the files beside it keep their modification
/// times.
final class Installation {

    /// `jdeps` names more: `java.sql`, `java.desktop` and others that libraries can do without.
    private static final List<String> MODULES =
            List.of(
                    "java.base",
                    "java.logging",
                    "java.management",
                    "java.naming",
                    "java.net.http",
                    "java.xml",
                    "jdk.management",
                    "jdk.net",
                    "jdk.unsupported");

    /// A start is all that is rehearsed, without what it says of hot methods: what a pull needs
    /// would be a tenth of the image.
    private static final String OPTIONS = " -XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining";

    private Installation() {}

    /// Takes the launcher, the folder with the program and the one to lay it all out in.
    public static void main(String... arguments) throws Exception {
        Path launcher = Path.of(arguments[0]);
        Path app = Path.of(arguments[1]);
        Path installation = Path.of(arguments[2]);
        delete(installation);
        Files.createDirectories(installation);
        Path installed = copy(launcher, installation.resolve("tarn"));
        for (String name : List.of("LICENSE", "NOTICE")) {
            copy(launcher.resolveSibling(name), installation.resolve(name));
        }
        copyAll(app.resolve("lib"), installation.resolve("app/lib"), "");
        boolean arm = System.getProperty("os.arch").equals("aarch64");
        copyAll(
                app.resolve("native"),
                installation.resolve("app/native"),
                arm ? ".*(aarch_?64).*" : ".*(x86_64|linux64).*");
        link(installation.resolve("jre"));
        strip(installation);
        Rehearsal.write(
                installed, installation.resolve("app"), installation.resolve("jre"), OPTIONS, 0);
    }

    private static void link(Path jre) throws IOException {
        int exitCode =
                ToolProvider.findFirst("jlink")
                        .orElseThrow(() -> new IOException("this Java has no jlink"))
                        .run(
                                System.out,
                                System.err,
                                "--add-modules=" + String.join(",", MODULES),
                                "--strip-debug",
                                "--no-header-files",
                                "--no-man-pages",
                                "--compress=zip-6",
                                "--output=" + jre);
        if (exitCode != 0) {
            throw new IOException("jlink ended with exit code " + exitCode);
        }
    }

    /// Takes the names of symbols out of the native libraries, which are a fifth of them. Their
    /// modification times stay.
    private static void strip(Path installation) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("strip", "--strip-unneeded", "-p"));
        try (Stream<Path> files = Files.walk(installation)) {
            files.map(Path::toString).filter(name -> name.endsWith(".so")).forEach(command::add);
        }
        int exitCode = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (exitCode != 0) {
            throw new IOException("strip ended with exit code " + exitCode);
        }
    }

    /// Copies the files of one folder whose names match, or all.
    private static void copyAll(Path from, Path to, String names) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path name = file.getFileName();
                if (names.isEmpty() || name.toString().matches(names)) {
                    copy(file, to.resolve(name));
                }
            }
        }
    }

    private static Path copy(Path from, Path to) throws IOException {
        return Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder()).forEach(Installation::deleteOne);
            }
        }
    }

    private static void deleteOne(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
