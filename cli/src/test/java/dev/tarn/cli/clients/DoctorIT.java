package dev.tarn.cli.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.upstream.FakeRegistry;
import dev.tarn.upstream.Fault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `tarn doctor` as it is installed, before real causes. Install what it needs with `apt-get
/// install docker-registry openssl libfaketime`.
final class DoctorIT {
    private static final String PASSWORD = "wrong-sesame-4711";

    /// Of alice, who has another password.
    private static final String HTPASSWD =
            "alice:$2b$04$P4bALhSdbNQh7FuWqMsk.OmxMoOkaFpcVg3ltxkEnlopTMVY8Boo2\n";

    private final List<AutoCloseable> opened = new ArrayList<>();
    private PrivateFolder folder;
    private Path logs;
    private DockerRegistry good;

    @BeforeEach
    void open(TestInfo test) throws IOException {
        logs = Stage.logs(test);
        folder = owned(PrivateFolder.create());
        good = owned(DockerRegistry.start(folder.folder("good"), Stage.log(logs, "good")));
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
    }

    private <T extends AutoCloseable> T owned(T resource) {
        opened.add(resource);
        return resource;
    }

    /// What `tarn doctor` says, which must end with this exit code.
    private static String doctor(int exitCode, Command shell, Path config) throws IOException {
        String script = "exit_code=0; \"$@\" || exit_code=$?; [ $exit_code = " + exitCode + " ]";
        String said =
                shell.and("-c", script, "doctor", TarnProcess.launcher().toString())
                        .and("doctor", "-c", config.toString(), "-o", "json")
                        .run();
        assertThat(said).doesNotContain(PASSWORD);
        return said;
    }

    /// `where: what` of all that is not well.
    private static List<String> complaints(String said) {
        List<String> complaints = new ArrayList<>();
        for (JsonNode finding : JsonMapper.shared().readTree(said).path("findings")) {
            if (!finding.path("state").asString().equals("ok")) {
                assertThat(finding.path("remedy").asString()).isNotEmpty();
                complaints.add(
                        finding.path("state").asString()
                                + " "
                                + finding.path("where").asString()
                                + ": "
                                + finding.path("what").asString());
            }
        }
        return complaints;
    }

    private Path config(String addresses, Path store, String upstreams) throws IOException {
        return Files.writeString(
                folder.path().resolve("tarn.yaml"),
                """
                %s
                storage: {rootdirectory: "%s"}
                default-upstream: good.test
                upstreams:
                  good.test: {urls: ["http://%s"], insecure: true}
                %s
                """
                        .formatted(addresses, store, good.address(), upstreams));
    }

    private static String free() {
        return "http: {addr: \"127.0.0.1:0\", connections: 100}\nadmin: {addr: \"127.0.0.1:0\"}";
    }

    @Test
    void findsAndNamesWhatIsWrong() throws IOException {
        ServerSocket taken =
                owned(new ServerSocket(Loopback.freePort(), 1, InetAddress.getLoopbackAddress()));
        FakeRegistry proxy = owned(FakeRegistry.start());
        proxy.inject(Fault.raw("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"));
        FakeRegistry silent = owned(FakeRegistry.start());
        silent.inject(Fault.hang());
        String upstreams =
                """
                  lost.test: {urls: ["http://nowhere.invalid:5000"], insecure: true}
                  ended.test: {urls: ["https://%s"], ca: "%s"}
                  locked.test: {urls: ["http://%s"], insecure: true, username: alice, password: %s}
                  strange.test: {urls: ["http://%s"], insecure: true}
                  proxied.test: {urls: ["https://only-the-proxy-knows.test"]}
                  silent.test: {urls: ["%s"], insecure: true}
                """
                        .formatted(
                                ended(),
                                folder.path().resolve("ca.pem"),
                                locked(),
                                PASSWORD,
                                strange(),
                                silent.uri());
        String addresses =
                "http: {addr: \"127.0.0.1:%d\", connections: 100}\nadmin: {addr: \"127.0.0.1:0\"}"
                        .formatted(taken.getLocalPort());
        Path config = config(addresses, fullDisk(), upstreams);

        Command shell =
                Command.of("bash")
                        .with(
                                "HTTPS_PROXY",
                                "http://bob:" + PASSWORD + "@127.0.0.1:" + proxy.port());

        List<String> wanted =
                List.of(
                        "problem http.addr: 127\\.0\\.0\\.1:[0-9]+ is taken.*",
                        "problem disk: 99 % of its bytes are taken.*",
                        "problem lost\\.test: the name service .* nowhere\\.invalid",
                        "problem ended\\.test: .* its certificate has ended .*",
                        "problem locked\\.test: .*127\\.0\\.0\\.1 answered 401.*",
                        "problem strange\\.test: .* to https://auth\\.foreign\\.test, which .*",
                        "problem proxied\\.test: the proxy 127\\..* it answered 403 .*",
                        "problem silent\\.test: .*(sent no answer in time|not answered all).*");
        List<String> complaints = complaints(doctor(1, shell, config));
        assertThat(complaints).hasSameSizeAs(wanted);
        for (int i = 0; i < wanted.size(); i++) {
            assertThat(complaints.get(i)).matches(wanted.get(i));
        }
    }

    @Test
    void findsThatTheClockIsAnHourOff() throws IOException {
        Path config = config(free(), folder.path().resolve("store"), "");

        assertThat(complaints(doctor(1, shiftedBy("+1h"), config)))
                .singleElement()
                .satisfies(it ->
                        assertThat(it)
                                .startsWith("problem clock: of this machine is ")
                                .containsPattern("(1 h 0 min|0 h 59 min) ahead, says good\\.test"));
        assertThat(complaints(doctor(0, Command.of("bash"), config))).isEmpty();
    }

    @Test
    void allIsWellWhileTheMirrorRuns() throws IOException {
        String upstreams =
                """
                default-upstream: good.test
                upstreams: {good.test: {urls: ["http://%s"], insecure: true}}
                """
                        .formatted(good.address());
        TarnProcess tarn =
                owned(
                        TarnProcess.start(
                                folder.folder("tarn"),
                                Stage.log(logs, "tarn"),
                                new TarnProcess.Settings(", connections: 100", "", upstreams)));

        String said = doctor(0, Command.of("bash"), folder.path().resolve("tarn/tarn.yaml"));

        assertThat(complaints(said)).isEmpty();
        assertThat(said)
                .contains("a Tarn listens on " + tarn.address())
                .contains("a Tarn listens on " + tarn.adminAddress());
    }

    private Path fullDisk() throws IOException {
        Path disk = folder.folder("disk");
        Command.of("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk.toString()).run();
        Command.of(
                        "fallocate",
                        "-l",
                        Long.toString((64L << 20) / 1_000 * 993),
                        disk.resolve("file").toString())
                .run();
        return disk.resolve("store");
    }

    /// Only its wall clock: the JVM measures how long things take with the other one.
    private static Command shiftedBy(String shift) throws IOException {
        return Command.of("bash")
                .with("LD_PRELOAD", libfaketime().toString())
                .with("FAKETIME", shift)
                .with("DONT_FAKE_MONOTONIC", "1")
                .with("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    }

    private static Path libfaketime() throws IOException {
        try (Stream<Path> folders = Files.list(Path.of("/usr/lib"))) {
            return folders.map(it -> it.resolve("faketime/libfaketimeMT.so.1"))
                    .filter(Files::exists)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("apt-get install libfaketime"));
        }
    }

    /// A registry with a certificate that ended five days ago.
    private String ended() throws IOException {
        String rsa = "openssl req -x509 -newkey rsa:2048 -nodes ";
        String script =
                rsa
                        + "-days 90 -subj /CN=authority -keyout ca.key -out ca.pem && "
                        + rsa
                        + "-days 5 -subj /CN=registry -addext subjectAltName=IP:127.0.0.1"
                        + " -CA ca.pem -CAkey ca.key -keyout key.pem -out cert.pem";
        shiftedBy("-10d").and("-c", script).in(folder.path()).run();
        return owned(
                        DockerRegistry.startTls(
                                folder.folder("ended"),
                                Stage.log(logs, "ended"),
                                folder.path().resolve("cert.pem"),
                                folder.path().resolve("key.pem")))
                .address();
    }

    private String locked() throws IOException {
        Path passwords = Files.writeString(folder.path().resolve("htpasswd"), HTPASSWD);
        return owned(
                        DockerRegistry.start(
                                folder.folder("locked"),
                                Stage.log(logs, "locked"),
                                "auth: {htpasswd: {realm: here, path: \"" + passwords + "\"}}"))
                .address();
    }

    /// A registry whose tokens are somebody else's.
    private String strange() throws IOException {
        String auth =
                """
                auth:
                  token:
                    realm: https://auth.foreign.test/token
                    service: here
                    issuer: there
                    rootcertbundle: %s
                """
                        .formatted(folder.path().resolve("ca.pem"));
        return owned(
                        DockerRegistry.start(
                                folder.folder("strange"), Stage.log(logs, "strange"), auth))
                .address();
    }
}
