package dev.tarn.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.cli.doctor.Finding.State;
import dev.tarn.upstream.FakeAuth;
import dev.tarn.upstream.FakeRegistry;
import dev.tarn.upstream.FakeRequest;
import dev.tarn.upstream.Fault;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// One thing is wrong, and the doctor names it, and blames nobody else. What is wrong with
/// certificates is in `DoctorCertificateTest`, with the machine in `DoctorMachineTest`.
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

        Finding problem = doctor.onlyProblem();
        assertThat(problem.where()).isEqualTo("bad.test");
        assertThat(problem.what()).isEqualTo("the name service does not know nowhere.invalid");
        assertThat(problem.remedy().orElseThrow())
                .contains("upstreams.bad.test.urls", "/etc/resolv.conf");
    }

    @Test
    void nobodyListensThere() throws Exception {
        doctor.upstream("bad.test", bad, "");
        bad.stop();

        Finding problem = doctor.onlyProblem();
        assertThat(problem.where()).isEqualTo("bad.test");
        assertThat(problem.what()).contains("127.0.0.1 refused the connection");
    }

    @Test
    void ofSeveralUrlsItNamesTheOneThatIsDead() throws Exception {
        String urls = "\"" + doctor.good().uri() + "\", \"" + bad.uri() + "\"";
        doctor.upstream("two.test", "urls: [" + urls + "], insecure: true");
        bad.stop();

        assertThat(doctor.onlyProblem().where()).isEqualTo("two.test at " + bad.uri());
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
        Finding problem = doctor.onlyProblem();
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

            Finding problem = doctor.onlyProblem();
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

        Finding finding = doctor.only(state);
        assertThat(finding.where()).isEqualTo("clock");
        assertThat(finding.what()).startsWith("of this machine is " + what);
        assertThat(finding.remedy().orElseThrow()).contains("NTP");
    }

    @Test
    void twoMinutesOffIsAWarning() throws Exception {
        doctor.good().inject(Fault.header("Date", date(Duration.ofMinutes(2))));

        assertThat(doctor.only(State.WARNING).where()).isEqualTo("clock");
    }

    @Test
    void theClockOfAnUpstreamIsAnHourOff() throws Exception {
        doctor.upstream("bad.test", bad, "");
        doctor.good().inject(Fault.header("Date", date(Duration.ZERO)));
        bad.inject(Fault.header("Date", date(Duration.ofSeconds(3_630))));

        Finding warning = doctor.only(State.WARNING);
        assertThat(warning.where()).isEqualTo("bad.test");
        assertThat(warning.what()).startsWith("its clock is 1 h 0 min ahead");
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

            Finding problem = doctor.onlyProblem();
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

        Finding problem = doctor.onlyProblem();
        assertThat(problem.where()).isEqualTo("bad.test");
        assertThat(problem.what())
                .startsWith("the proxy 127.0.0.1:" + bad.port() + " refused the connection");
    }

    @Test
    void aProxyThatCannotBeReadIsNotShown() throws Exception {
        doctor.environment("HTTPS_PROXY", "http://bob:" + PASSWORD + "@bad host");

        Finding problem = doctor.onlyProblem();
        assertThat(problem.where()).isEqualTo("HTTPS_PROXY");
        assertThat(problem.toString()).doesNotContain(PASSWORD);
    }

    @Test
    void whoeverIsLateIsNamedAndNotWaitedFor() throws Exception {
        bad.inject(Fault.hang());
        doctor.upstream("bad.test", bad, "").patience(Duration.ofSeconds(2));

        Finding problem = doctor.onlyProblem();
        assertThat(problem.where()).isEqualTo("bad.test");
        assertThat(problem.what()).endsWith("had not answered all after 2 s");
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 500})
    void whatIsNoRegistryThatWorks(int status) throws Exception {
        bad.inject(Fault.status(status));
        doctor.upstream("bad.test", bad, "");

        Finding problem = doctor.onlyProblem();
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

        Finding warning = doctor.only(State.WARNING);
        assertThat(warning.where()).isEqualTo("docker.io");
        assertThat(warning.what()).startsWith("permits 5 more pulls of 100");
    }

    @Test
    void anUpstreamThatWantsFewerRequests() throws Exception {
        bad.inject(Fault.throttled("60"));
        doctor.upstream("bad.test", bad, "");

        assertThat(doctor.onlyProblem().remedy().orElseThrow()).startsWith("wait, or log in");
    }
}
