package dev.tarn.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.cli.MirrorFixture;
import dev.tarn.cli.doctor.FileSystems.Fullness;
import dev.tarn.cli.doctor.Finding.State;
import dev.tarn.upstream.FakeAuth;
import dev.tarn.upstream.FakeRegistry;
import dev.tarn.upstream.FakeRequest;
import dev.tarn.upstream.Fault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// One thing is wrong, and the doctor names it, and blames nobody else. What is wrong with
/// certificates is in `DoctorCertificateTest`.
@Timeout(60)
class DoctorTest {
    private static final String PASSWORD = "open-sesame-4711";
    private static final String LOGIN = "username: alice, password: " + PASSWORD;

    @TempDir private Path folder = Path.of("");
    private final FakeRegistry bad = FakeRegistry.start();
    private DoctorFixture doctor;

    @BeforeEach
    void open() {
        doctor = new DoctorFixture(folder);
    }

    @AfterEach
    void close() {
        doctor.close();
        bad.close();
    }

    /// The only complaint: a problem.
    private Finding onlyProblem() throws IOException, InterruptedException {
        return only(State.PROBLEM);
    }

    private Finding only(State state) throws IOException, InterruptedException {
        List<Finding> complaints = doctor.complaints();
        assertThat(complaints).hasSize(1);
        assertThat(complaints.getFirst().state()).isEqualTo(state);
        assertThat(complaints.getFirst().remedy()).isPresent();
        return complaints.getFirst();
    }

    private static String date(Duration ahead) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).plus(ahead));
    }

    @Test
    void allIsWell() throws Exception {
        doctor.good().inject(Fault.header("Date", date(Duration.ZERO)));

        assertThat(doctor.examine())
                .allMatch(finding -> finding.state() == State.OK)
                .extracting(Finding::where)
                .containsExactly(
                        "jdk",
                        "open files",
                        "http.addr",
                        "admin.addr",
                        "storage.rootdirectory",
                        "disk",
                        "disk",
                        "good.test",
                        "clock");
        assertThat(folder.resolve("store")).doesNotExist();
    }

    @Test
    void aNameThatDoesNotResolve() throws Exception {
        doctor.upstream("bad.test", "urls: [\"http://nowhere.invalid:5000\"], insecure: true");

        Finding problem = onlyProblem();
        assertThat(problem.where()).isEqualTo("bad.test");
        assertThat(problem.what()).isEqualTo("the name service does not know nowhere.invalid");
        assertThat(problem.remedy().orElseThrow())
                .contains("upstreams.bad.test.urls", "/etc/resolv.conf");
    }

    @Test
    void nobodyListensThere() throws Exception {
        doctor.upstream("bad.test", bad, "");
        bad.stop();

        Finding problem = onlyProblem();
        assertThat(problem.where()).isEqualTo("bad.test");
        assertThat(problem.what()).contains("127.0.0.1 refused the connection");
    }

    @Test
    void ofSeveralUrlsItNamesTheOneThatIsDead() throws Exception {
        String urls = "\"" + doctor.good().uri() + "\", \"" + bad.uri() + "\"";
        doctor.upstream("two.test", "urls: [" + urls + "], insecure: true");
        bad.stop();

        assertThat(onlyProblem().where()).isEqualTo("two.test at " + bad.uri());
    }

    @Test
    void aWrongPasswordAtATokenService() throws Exception {
        bad.require(FakeAuth.bearer().credentials("alice", "another"));
        doctor.upstream("bad.test", bad, LOGIN);

        assertWrongPassword("the token service 127.0.0.1 does not know us");
    }

    @Test
    void aWrongPasswordAtARegistry() throws Exception {
        bad.require(FakeAuth.basic("alice", "another"));
        doctor.upstream("bad.test", bad, LOGIN);

        assertWrongPassword("127.0.0.1 answered 401");
    }

    private void assertWrongPassword(String what) throws Exception {
        Finding problem = onlyProblem();
        assertThat(problem.where()).isEqualTo("bad.test");
        assertThat(problem.what()).contains(what);
        assertThat(problem.remedy().orElseThrow())
                .startsWith("the password or the name is wrong")
                .contains("upstreams.bad.test.username");
        assertThat(problem.toString()).doesNotContain(PASSWORD);
    }

    @Test
    void theRightPasswordIsWell() throws Exception {
        bad.require(FakeAuth.bearer().credentials("alice", PASSWORD));
        doctor.upstream("bad.test", bad, LOGIN);

        assertThat(doctor.examine())
                .allMatch(finding -> finding.state() == State.OK)
                .anyMatch(finding -> finding.what().endsWith("logged in as alice"))
                .noneMatch(finding -> finding.toString().contains(PASSWORD));
    }

    @Test
    void whoHasNoLoginMayStillPullWhatIsPublic() throws Exception {
        bad.require(FakeAuth.basic("alice", "another"));
        doctor.upstream("bad.test", bad, "");

        assertThat(doctor.examine())
                .allMatch(finding -> finding.state() == State.OK)
                .anyMatch(finding ->
                        finding.where().equals("bad.test")
                                && finding.what().contains("upstreams.bad.test.username"));
    }

    @Test
    void aRealmOnAForeignHostUntilItIsAllowed() throws Exception {
        try (FakeRegistry tokens = FakeRegistry.start()) {
            FakeAuth auth = FakeAuth.bearer();
            tokens.issue(auth);
            String host = "auth.foreign.test:" + tokens.port();
            bad.require(auth.realm("http://" + host + "/token"));
            doctor.name("auth.foreign.test", "127.0.0.1").upstream("bad.test", bad, "");

            Finding problem = onlyProblem();
            assertThat(problem.where()).isEqualTo("bad.test");
            assertThat(problem.what()).contains("sends us for a token to http://" + host);
            String listed = "allowed-hosts: [\"" + host + "\"]";
            assertThat(problem.remedy().orElseThrow()).endsWith("upstreams.bad.test." + listed);
            assertThat(tokens.connections()).isZero();

            doctor.upstream("mended.test", bad, listed);
            assertThat(doctor.complaints()).containsExactly(problem);
        }
    }

    @ParameterizedTest
    @CsvSource({"PT1H, 1 h 0 min behind, PROBLEM", "PT-1H, 1 h 0 min ahead, PROBLEM"})
    void theClockOfThisMachineIsAnHourOff(Duration ahead, String what, State state)
            throws Exception {
        Duration atLeast = ahead.isNegative() ? ahead.minusSeconds(30) : ahead.plusSeconds(30);
        doctor.upstream("other.test", bad, "");
        doctor.good().inject(Fault.header("Date", date(atLeast)));
        bad.inject(Fault.header("Date", date(atLeast.multipliedBy(2))));

        Finding finding = only(state);
        assertThat(finding.where()).isEqualTo("clock");
        assertThat(finding.what()).startsWith("of this machine is " + what);
        assertThat(finding.remedy().orElseThrow()).contains("NTP");
    }

    @Test
    void twoMinutesOffIsAWarning() throws Exception {
        doctor.good().inject(Fault.header("Date", date(Duration.ofSeconds(120))));

        assertThat(only(State.WARNING).where()).isEqualTo("clock");
    }

    @Test
    void theClockOfAnUpstreamIsAnHourOff() throws Exception {
        doctor.upstream("bad.test", bad, "");
        doctor.good().inject(Fault.header("Date", date(Duration.ZERO)));
        bad.inject(Fault.header("Date", date(Duration.ofSeconds(3_630))));

        Finding warning = only(State.WARNING);
        assertThat(warning.where()).isEqualTo("bad.test");
        assertThat(warning.what()).startsWith("its clock is 1 h 0 min ahead");
    }

    @ParameterizedTest
    @CsvSource({"99, 50, PROBLEM, bytes", "91, 50, WARNING, bytes", "50, 99, PROBLEM, inodes"})
    void theDiskIsFull(int bytesPercent, int filesPercent, State state, String of)
            throws Exception {
        long used = bytesPercent * DoctorFixture.GIGABYTE;
        long all = 100 * DoctorFixture.GIGABYTE;
        doctor.disk(new Fullness(all, used, all - used, 100, 100 - filesPercent));

        Finding finding = only(state);
        int percent = Math.max(bytesPercent, filesPercent);
        assertThat(finding.where()).isEqualTo("disk");
        assertThat(finding.what()).startsWith(percent + " % of its " + of + " are taken");
    }

    @Test
    void theCapacityIsLargerThanTheDisk() throws Exception {
        doctor.settings(
                """
                http: {addr: "127.0.0.1:0", connections: 100}
                admin: {addr: "127.0.0.1:0"}
                storage: {rootdirectory: "%s", capacity: 101GB}
                """
                        .formatted(folder));

        Finding problem = onlyProblem();
        assertThat(problem.where()).isEqualTo("storage.capacity");
        assertThat(problem.what()).isEqualTo("101000 MB are more than the disk has: 100000 MB");
    }

    @Test
    void theStoreIsNoFolder() throws Exception {
        Files.writeString(folder.resolve("store"), "a file");

        assertThat(onlyProblem().where()).isEqualTo("storage.rootdirectory");
    }

    @Test
    void thisFileSystemSaysHowFullItIs() throws IOException {
        Fullness disk = new Statvfs().of(folder);

        assertThat(disk.bytes()).isEqualTo(Files.getFileStore(folder).getTotalSpace());
        assertThat(disk.bytesShare()).isBetween(0.0, 1.0);
        assertThat(disk.filesShare()).isBetween(0.0, 1.0);
        assertThat(disk.usedBytes()).isLessThan(disk.bytes());
    }

    private void settings(int port, int adminPort) {
        doctor.settings(
                """
                http: {addr: "127.0.0.1:%d", connections: 100}
                admin: {addr: "127.0.0.1:%d"}
                storage: {rootdirectory: "%s"}
                """
                        .formatted(port, adminPort, folder.resolve("store")));
    }

    @Test
    void aPortIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            settings(taken.getLocalPort(), 0);

            Finding problem = onlyProblem();
            assertThat(problem.where()).isEqualTo("http.addr");
            assertThat(problem.what())
                    .startsWith("127.0.0.1:" + taken.getLocalPort() + " is taken");
        }
    }

    @Test
    void whatListensOnTheAdminPortIsNoTarn() throws Exception {
        settings(0, bad.port());

        assertThat(onlyProblem().where()).isEqualTo("admin.addr");
    }

    @Test
    void portsThatATarnListensOnAreWell() throws Exception {
        Path other = folder.resolve("other");
        try (MirrorFixture mirror =
                MirrorFixture.start(other, MirrorFixture.upstream("any.test", doctor.good()))) {
            settings(mirror.client().uri().getPort(), mirror.admin().uri().getPort());

            assertThat(doctor.examine())
                    .allMatch(finding -> finding.state() == State.OK)
                    .filteredOn(finding -> finding.where().endsWith(".addr"))
                    .hasSize(2)
                    .allMatch(finding -> finding.what().startsWith("a Tarn listens on 127.0.0.1:"));
        }
    }

    @Test
    void anAddressThatThisMachineDoesNotHave() throws Exception {
        doctor.settings(
                """
                http: {addr: "192.0.2.1:5000", connections: 100}
                admin: {addr: "127.0.0.1:0"}
                storage: {rootdirectory: "%s"}
                """
                        .formatted(folder));

        assertThat(onlyProblem().where()).isEqualTo("http.addr");
    }

    @Test
    void aProxyThatRefuses() throws Exception {
        try (FakeRegistry proxy = FakeRegistry.start()) {
            proxy.inject(
                    Fault.raw(
                            "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"));
            String address = "127.0.0.1:" + proxy.port();
            doctor.environment("HTTPS_PROXY", "http://bob:" + PASSWORD + "@" + address)
                    .upstream("bad.test", "urls: [\"https://only-the-proxy-knows.test\"]");

            Finding problem = onlyProblem();
            assertThat(problem.where()).isEqualTo("bad.test");
            assertThat(problem.what())
                    .startsWith("the proxy " + address + " does not let us through")
                    .contains("407");
            assertThat(problem.remedy().orElseThrow()).contains("HTTPS_PROXY");
            assertThat(problem.toString()).doesNotContain(PASSWORD);
        }
    }

    @Test
    void aProxyThatIsNotThere() throws Exception {
        bad.stop();
        doctor.environment("HTTPS_PROXY", "http://127.0.0.1:" + bad.port())
                .upstream("bad.test", "urls: [\"https://only-the-proxy-knows.test\"]");

        Finding problem = onlyProblem();
        assertThat(problem.where()).isEqualTo("bad.test");
        assertThat(problem.what())
                .startsWith("the proxy 127.0.0.1:" + bad.port() + " refused the connection");
    }

    @Test
    void aProxyThatCannotBeReadIsNotShown() throws Exception {
        doctor.environment("HTTPS_PROXY", "http://bob:" + PASSWORD + "@bad host");

        Finding problem = onlyProblem();
        assertThat(problem.where()).isEqualTo("HTTPS_PROXY");
        assertThat(problem.toString()).doesNotContain(PASSWORD);
    }

    @Test
    void whoeverIsLateIsNamedAndNotWaitedFor() throws Exception {
        bad.inject(Fault.hang());
        doctor.upstream("bad.test", bad, "").patience(Duration.ofSeconds(2));

        Finding problem = onlyProblem();
        assertThat(problem.where()).isEqualTo("bad.test");
        assertThat(problem.what()).endsWith("had not answered all after 2 s");
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 500})
    void whatIsNoRegistryThatWorks(int status) throws Exception {
        bad.inject(Fault.status(status));
        doctor.upstream("bad.test", bad, "");

        Finding problem = onlyProblem();
        assertThat(problem.where()).isEqualTo("bad.test");
        assertThat(problem.what()).contains("127.0.0.1 answered " + status);
    }

    @Test
    void hardlyAnyPullsAreLeft() throws Exception {
        bad.inject(
                Fault.header("RateLimit-Remaining", "5;w=21600")
                        .and(Fault.header("RateLimit-Limit", "100;w=21600")),
                FakeRequest.path("/v2/ratelimitpreview/test/manifests/latest"));
        bad.require(FakeAuth.bearer());
        doctor.upstream("docker.io", bad, "");

        Finding warning = only(State.WARNING);
        assertThat(warning.where()).isEqualTo("docker.io");
        assertThat(warning.what()).startsWith("permits 5 more pulls of 100");
    }

    @Test
    void anUpstreamThatWantsFewerRequests() throws Exception {
        bad.inject(Fault.throttled("60"));
        doctor.upstream("bad.test", bad, "");

        assertThat(onlyProblem().remedy().orElseThrow()).startsWith("wait, or log in");
    }
}
