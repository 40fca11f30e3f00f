package dev.tarn.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.cli.doctor.Finding.State;
import dev.tarn.upstream.FakeRegistry;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What the doctor says of certificates.
@Timeout(60)
class DoctorCertificateTest {
    private static final Duration DAY = Duration.ofDays(1);
    private static final String NAME = "registry.test";

    @TempDir private Path folder = Path.of("");
    private final Instant now = Instant.now();
    private DoctorFixture doctor;
    private X509Bundle authority;

    @BeforeEach
    void open() throws Exception {
        doctor = new DoctorFixture(folder).name(NAME, "127.0.0.1");
        authority =
                new CertificateBuilder()
                        .subject("CN=Test Authority")
                        .setIsCertificateAuthority(true)
                        .notBefore(now.minus(DAY.multipliedBy(100)))
                        .notAfter(now.plus(DAY.multipliedBy(100)))
                        .buildSelfSigned();
    }

    @AfterEach
    void close() {
        doctor.close();
    }

    /// What the doctor finds where an upstream shows a certificate for this name and time.
    private List<Finding> findings(String name, Duration start, Duration end, boolean isTrusted)
            throws Exception {
        X509Bundle certificate =
                new CertificateBuilder()
                        .subject("CN=ignored")
                        .addSanDnsName(name)
                        .notBefore(now.plus(start))
                        .notAfter(now.plus(end))
                        .buildIssuedBy(authority);
        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(certificate.toKeyStore(new char[0]), new char[0]);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), null, null);
        Path ca = Files.writeString(folder.resolve("ca.pem"), authority.getCertificatePEM());
        try (FakeRegistry registry = FakeRegistry.startTls(tls)) {
            String url = "urls: [\"https://" + NAME + ":" + registry.port() + "\"]";
            doctor.upstream("bad.test", isTrusted ? url + ", ca: \"" + ca + "\"" : url);
            return doctor.examine();
        }
    }

    private static Finding only(State state, List<Finding> findings) {
        List<Finding> complaints =
                findings.stream().filter(finding -> finding.state() != State.OK).toList();
        assertThat(complaints).hasSize(1);
        assertThat(complaints.getFirst().where()).isEqualTo("bad.test");
        assertThat(complaints.getFirst().state()).isEqualTo(state);
        return complaints.getFirst();
    }

    @Test
    void aCertificateThatIsWell() throws Exception {
        Duration end = DAY.multipliedBy(60);

        assertThat(findings(NAME, DAY.negated(), end, true))
                .allMatch(finding -> finding.state() == State.OK)
                .anyMatch(finding ->
                        finding.what()
                                .contains(
                                        "certificate until "
                                                + LocalDate.ofInstant(
                                                        now.plus(end), ZoneOffset.UTC)));
    }

    @Test
    void aCertificateThatHasEnded() throws Exception {
        Finding problem =
                only(
                        State.PROBLEM,
                        findings(NAME, DAY.multipliedBy(-3), DAY.multipliedBy(-1), true));

        assertThat(problem.what())
                .startsWith("no secure connection to registry.test: its certificate has ended (");
        assertThat(problem.remedy().orElseThrow())
                .startsWith("have it renewed there")
                .contains("the clock of this machine");
    }

    @Test
    void aCertificateThatIsNotValidYet() throws Exception {
        Finding problem = only(State.PROBLEM, findings(NAME, DAY, DAY.multipliedBy(60), true));

        assertThat(problem.what()).contains("its certificate is not valid yet");
    }

    @Test
    void aCertificateThatEndsSoon() throws Exception {
        Finding warning =
                only(
                        State.WARNING,
                        findings(NAME, DAY.negated(), DAY.multipliedBy(5).plusHours(1), true));

        assertThat(warning.what()).endsWith("in 5 days");
    }

    @Test
    void aCertificateOfSomebodyElse() throws Exception {
        Finding problem =
                only(
                        State.PROBLEM,
                        findings("other.test", DAY.negated(), DAY.multipliedBy(60), true));

        assertThat(problem.what()).contains("its certificate is somebody else's");
        assertThat(problem.remedy().orElseThrow()).contains("upstreams.bad.test.urls");
    }

    @Test
    void aCertificateOfAnAuthorityThatNobodyTrusts() throws Exception {
        Finding problem =
                only(State.PROBLEM, findings(NAME, DAY.negated(), DAY.multipliedBy(60), false));

        assertThat(problem.what()).contains("an authority that is not trusted");
        assertThat(problem.remedy().orElseThrow()).contains("upstreams.bad.test.ca");
    }

    @Test
    void noTlsAtAll() throws Exception {
        try (FakeRegistry plain = FakeRegistry.start()) {
            doctor.upstream("bad.test", "urls: [\"https://" + NAME + ":" + plain.port() + "\"]");

            Finding problem = only(State.PROBLEM, doctor.examine());
            assertThat(problem.remedy().orElseThrow()).contains("upstreams.bad.test.insecure");
        }
    }

    @Test
    void aFileOfAuthoritiesThatHoldsNone() throws Exception {
        Path empty = Files.writeString(folder.resolve("empty.pem"), "nothing\n");
        doctor.upstream("bad.test", "urls: [\"https://" + NAME + "\"], ca: \"" + empty + "\"");

        Finding problem = only(State.PROBLEM, doctor.examine());
        assertThat(problem.what()).contains("empty.pem");
    }
}
