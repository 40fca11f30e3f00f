package dev.tarn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The `tarn` script, copied into a folder of its own, with JDKs and a Maven that only say what
/// they were asked.
class LauncherTest {

    private static final String PATH = "/usr/bin:/bin";

    @TempDir private Path folder = Path.of("");

    /// What the script said, and its exit code.
    private record Said(int exitCode, String out, String err) {}

    @BeforeEach
    void copyTheScript() throws IOException {
        Path script = folder.resolve("project/tarn");
        Files.createDirectories(script.getParent());
        Files.copy(Path.of("../tarn"), script);
    }

    @Test
    void itRunsTheJavaOfTarnJavaHome() throws Exception {
        built();
        Said said = tarn(Map.of("TARN_JAVA_HOME", jdk("a", "25.0.3")), "serve", "-c", "two words");

        assertThat(said.exitCode()).isZero();
        assertThat(said.out())
                .startsWith("a --enable-native-access=ALL-UNNAMED ")
                .endsWith(
                        "-cp %s/project/cli/target/app/lib/tarn.jar dev.tarn.cli.Main serve -c two words\n"
                                .formatted(folder));
    }

    @Test
    void itPassesOptionsToTheJvm() throws Exception {
        built();
        Said said =
                tarn(
                        Map.of(
                                "TARN_JAVA_HOME",
                                jdk("a", "25.0.3"),
                                "TARN_JAVA_OPTS",
                                "-Xmx1g -Dx=y"));

        assertThat(said.out()).contains(" -Xmx1g -Dx=y -cp ");
        assertThat(said.out()).contains(" -XX:+ExitOnOutOfMemoryError ");
    }

    @Test
    void itPassesOverAJavaHomeThatIsTooOld() throws Exception {
        built();
        String path = jdk("new", "26") + "/bin:" + PATH;
        Said said = tarn(Map.of("JAVA_HOME", jdk("old", "17.0.15"), "PATH", path));

        assertThat(said.out()).startsWith("new ");
    }

    @Test
    void itAsksAJavaThatDoesNotSayItsVersionInAFile() throws Exception {
        built();
        String jdk = jdk("silent", "25");
        Files.delete(Path.of(jdk, "release"));

        assertThat(tarn(Map.of("JAVA_HOME", jdk)).out()).startsWith("silent ");
    }

    @Test
    void itPassesOverWhatAJavaSaysBeforeItsVersion() throws Exception {
        built();
        String jdk = jdk("silent", "25");
        Files.delete(Path.of(jdk, "release"));
        Map<String, String> environment =
                Map.of("TARN_JAVA_HOME", jdk, "JAVA_TOOL_OPTIONS", "-Dx=y");

        assertThat(tarn(environment).out()).startsWith("silent ");
    }

    @Test
    void itLooksWhereJdksUsuallyAre() throws Exception {
        built();
        Path usual = folder.resolve("home/.sdkman/candidates/java");
        Files.createDirectories(usual);
        Files.move(Path.of(jdk("sdk", "25")), usual.resolve("25-tem"));
        Said said = tarn(Map.of("JAVA_HOME", jdk("old", "17")));

        // A machine with a suitable JDK under /usr/lib/jvm uses that one: it comes first.
        assertThat(said.err()).doesNotContain("needs a JDK");
    }

    @Test
    void itDoesNotPassOverATarnJavaHomeThatIsTooOld() throws Exception {
        built();
        String jdk = jdk("old", "21.0.1");

        assertThat(tarn(Map.of("TARN_JAVA_HOME", jdk)))
                .isEqualTo(
                        new Said(
                                1,
                                "",
                                "tarn: TARN_JAVA_HOME=%s is no JDK of version 25 or later\n"
                                        .formatted(jdk)));
    }

    @Test
    void itBuildsItselfOnceAndOnlyOnce() throws Exception {
        String maven =
                program("bin/mvn", "echo \"mvn $* in $PWD\" >&2; mkdir -p cli/target/app/lib");
        Map<String, String> environment =
                Map.of(
                        "TARN_JAVA_HOME",
                        jdk("a", "25"),
                        "PATH",
                        Path.of(maven).getParent() + ":" + PATH);

        assertThat(tarn(environment).err())
                .contains("mvn -q -Papp package -pl cli -am in " + folder + "/project");
        assertThat(tarn(environment).err()).isEmpty();
    }

    @Test
    void itLeavesNoHalfBuild() throws Exception {
        String maven = program("bin/mvn", "mkdir -p cli/target/app/lib; exit 1");
        Said said =
                tarn(
                        Map.of(
                                "TARN_JAVA_HOME",
                                jdk("a", "25"),
                                "PATH",
                                Path.of(maven).getParent() + ":" + PATH));

        assertThat(said.exitCode()).isEqualTo(1);
        assertThat(said.err()).endsWith("tarn: the build failed\n");
        assertThat(folder.resolve("project/cli/target/app/lib")).doesNotExist();
    }

    @Test
    void itIsFoundThroughASymbolicLinkFromAnywhere() throws Exception {
        built();
        Path link = folder.resolve("bin/tarn");
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, Path.of("../project/tarn"));
        Said said = run(link, Map.of("TARN_JAVA_HOME", jdk("a", "25")));

        assertThat(said.out()).contains(folder + "/project/cli/target/app/lib/tarn.jar ");
    }

    @Test
    void itUsesTheCacheThatTheBuildMadeAndDoesWithoutOne() throws Exception {
        built();
        Map<String, String> environment = Map.of("TARN_JAVA_HOME", jdk("a", "25"));
        assertThat(tarn(environment).out()).doesNotContain("AOT");

        Path cache = Files.createFile(folder.resolve("project/cli/target/app/tarn.aot"));
        assertThat(tarn(environment).out()).startsWith("a -XX:AOTCache=%s ".formatted(cache));
    }

    @Test
    void itLoadsNativeLibrariesFromWhereTheBuildPutThem() throws Exception {
        built();

        assertThat(tarn(Map.of("TARN_JAVA_HOME", jdk("a", "25"))).out())
                .contains(
                        " -Djava.library.path=%s/project/cli/target/app/native ".formatted(folder));
    }

    private void built() throws IOException {
        Files.createDirectories(folder.resolve("project/cli/target/app/lib"));
    }

    /// A folder that looks like a JDK and whose `java` says its name and its arguments.
    private String jdk(String name, String version) throws IOException {
        program(
                name + "/bin/java",
                """
                if [ "$JAVA_TOOL_OPTIONS" ]; then echo "Picked up JAVA_TOOL_OPTIONS: $JAVA_TOOL_OPTIONS" >&2; fi
                if [ "$1" = -version ]; then echo 'openjdk version "%s"' >&2; else echo %s "$@"; fi\
                """
                        .formatted(version, name));
        Files.writeString(
                folder.resolve(name + "/release"), "JAVA_VERSION=\"%s\"\n".formatted(version));
        return folder.resolve(name).toString();
    }

    private String program(String name, String script) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file.toString();
    }

    private Said tarn(Map<String, String> environment, String... arguments) throws Exception {
        return run(folder.resolve("project/tarn"), environment, arguments);
    }

    private Said run(Path script, Map<String, String> environment, String... arguments)
            throws Exception {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(Files.createDirectories(folder.resolve("elsewhere")).toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().put("HOME", folder.resolve("home").toString());
        builder.environment().put("PATH", PATH);
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return new Said(process.exitValue(), Files.readString(out), Files.readString(err));
    }
}
