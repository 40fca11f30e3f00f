package dev.tarn.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tarn.oci.Digest;
import dev.tarn.oci.RegistryException;
import dev.tarn.pull.PageQuery;
import dev.tarn.pull.TagPage;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// An upstream that lies tries to send us, and our credentials, to somebody else. The upstream
/// listens on 127.0.0.1, which counts as public here; traps listen on other addresses and on
/// another port of the same, and every name that an attacker could own leads to one.
class TrustBoundaryTest {

    /// Places, with `{…}` for the ports: `own` is the upstream's, the others are the traps'.
    static final List<String> ELSEWHERE =
            List.of(
                    // other listeners of this machine
                    "http://127.0.0.2:{two}",
                    "http://127.0.0.3:{three}",
                    "http://[::1]:{six}",
                    "http://localhost:{two}",
                    "http://trap.example:{two}",
                    "http://trap6.example:{six}",
                    "http://rebound.example:{two}",
                    "http://a.upstream.example.evil.example:{two}",
                    "http://evil-upstream.example:{two}",
                    // the same listeners, spelled in other ways
                    "http://127.0.0.2.:{two}",
                    "http://trap.example.:{two}",
                    "http://127.2:{two}",
                    "http://127.0.2:{two}",
                    "http://2130706434:{two}",
                    "http://0x7f000002:{two}",
                    "http://0x7f.0.0.2:{two}",
                    "http://0177.0.0.2:{two}",
                    "http://017700000002:{two}",
                    "http://127.0.0.002:{two}",
                    "http://[::ffff:127.0.0.2]:{two}",
                    "http://[::ffff:7f00:2]:{two}",
                    "http://[::127.0.0.2]:{two}",
                    "http://[64:ff9b::7f00:2]:{two}",
                    "http://[2002:7f00:2::]:{two}",
                    "http://[0:0:0:0:0:0:0:1]:{six}",
                    "http://[::1%25lo]:{six}",
                    "http://[::1%lo]:{six}",
                    "http://１２７.0.0.2:{two}",
                    "http://trap。example:{two}",
                    "http://TRAP.EXAMPLE:{two}",
                    "http://tr%61p.example:{two}",
                    // the upstream in front, and somebody else behind
                    "http://127.0.0.1:{own}@127.0.0.2:{two}",
                    "http://127.0.0.1@127.0.0.2:{two}",
                    "http://alice:open-sesame-4711@127.0.0.2:{two}",
                    "http://127.0.0.2:{two}#@127.0.0.1:{own}",
                    "http://127.0.0.2:{two}\\@127.0.0.1:{own}",
                    "http://127.0.0.1:{own}\\@127.0.0.2:{two}",
                    "http://127.0.0.2:{two}?@127.0.0.1:{own}",
                    "//127.0.0.2:{two}",
                    "///127.0.0.2:{two}",
                    "\\\\127.0.0.2:{two}",
                    "http:\\\\127.0.0.2:{two}",
                    "http:/127.0.0.2:{two}",
                    "http:127.0.0.2:{two}",
                    "HTTP://127.0.0.2:{two}",
                    "http://127.0.0.2:{two} ",
                    "\thttp://127.0.0.2:{two}",
                    "http://127.0.0.2:0{two}",
                    "http://127.0.0.2:+{two}",
                    "https://127.0.0.2:{two}",
                    "ftp://127.0.0.2:{two}",
                    "file://127.0.0.2:{two}",
                    // what no registry has
                    "http://169.254.169.254",
                    "http://[fd00:ec2::254]",
                    "http://[fe80::1]",
                    "http://0.0.0.0:{two}",
                    "http://0:{two}",
                    "http://[::]:{six}",
                    "http://metadata.example",
                    "http://10.0.0.1",
                    "http://192.168.0.1",
                    "http://100.64.0.1",
                    "http://100.100.100.200",
                    "http://224.0.0.1");

    private static final List<String> NAMES =
            List.of(
                    "localhost",
                    "trap.example",
                    "a.upstream.example.evil.example",
                    "evil-upstream.example");

    private final FakeRegistry registry = FakeRegistry.start();
    private final FakeRegistry otherPort = FakeRegistry.start();
    private final FakeRegistry two = FakeRegistry.startOn("127.0.0.2");
    private final FakeRegistry three = FakeRegistry.startOn("127.0.0.3");
    private final FakeRegistry six = FakeRegistry.startOn("::1");
    private final List<FakeRegistry> traps = List.of(otherPort, two, three, six);
    private final Strangers strangers = new Strangers().isPublic("127.0.0.1").credentials();
    private final Digest digest = registry.addBlob("library/app", Strangers.bytes(1_000));

    @BeforeEach
    void setTraps() {
        registry.addImage("library/app", "latest", 1, 10);
        NAMES.forEach(name -> strangers.name(name, "127.0.0.2"));
        strangers.name("trap6.example", "::1");
        strangers.name("rebound.example", "127.0.0.2", "169.254.169.254", "127.0.0.3");
        strangers.name("metadata.example", "169.254.169.254");
        traps.forEach(trap -> {
            trap.addImage("library/app", "latest", 1, 10);
            trap.issue(FakeAuth.bearer());
        });
    }

    @AfterEach
    void close() {
        strangers.close();
        registry.close();
        traps.forEach(FakeRegistry::close);
    }

    private String filled(String place) {
        Map<String, FakeRegistry> ports =
                Map.of("{own}", registry, "{two}", two, "{three}", three, "{six}", six);
        String text = place;
        for (Map.Entry<String, FakeRegistry> port : ports.entrySet()) {
            text = text.replace(port.getKey(), Integer.toString(port.getValue().port()));
        }
        return text;
    }

    private void assertNoTrapWasTouched() {
        assertThat(traps).allSatisfy(trap -> assertThat(trap.connections()).isZero());
    }

    @ParameterizedTest
    @FieldSource("ELSEWHERE")
    void noTokenIsAskedForElsewhere(String place) {
        registry.require(
                FakeAuth.bearer().challenge("Bearer realm=\"" + filled(place) + "/token\""));
        HttpUpstream upstream = strangers.upstream(registry);

        assertThatExceptionOfType(RegistryException.class)
                .isThrownBy(() -> Strangers.pull(upstream, "latest"));
        assertNoTrapWasTouched();
    }

    @ParameterizedTest
    @FieldSource("ELSEWHERE")
    void noRedirectLeadsElsewhere(String place) {
        registry.inject(Fault.redirect(filled(place) + "/v2/library/app/blobs/" + digest));
        HttpUpstream upstream = strangers.upstream(registry);

        assertThatExceptionOfType(RegistryException.class)
                .isThrownBy(() -> Strangers.pullBlob(upstream, digest));
        assertNoTrapWasTouched();
    }

    @ParameterizedTest
    @FieldSource("ELSEWHERE")
    void noLinkLeadsElsewhere(String place) throws InterruptedException {
        registry.require(FakeAuth.basic(Strangers.USERNAME, Strangers.PASSWORD));
        registry.inject(
                Fault.header(
                        "Link",
                        "<" + filled(place) + "/v2/library/app/tags/list?last=x>; rel=\"next\""));
        HttpUpstream upstream = strangers.upstream(registry);

        TagPage first = upstream.listTags(Strangers.APP, PageQuery.FIRST);
        if (first.next().isPresent()) {
            upstream.listTags(Strangers.APP, first.next().get());
        }

        assertThat(registry.requests())
                .allSatisfy(r -> assertThat(r.path()).isEqualTo("/v2/library/app/tags/list"));
        assertNoTrapWasTouched();
    }

    @Test
    void noTokenIsAskedForOnAnotherPortOfTheSameHost() {
        registry.require(FakeAuth.bearer().realm(otherPort.uri() + "/token"));

        assertThatExceptionOfType(RegistryException.class)
                .isThrownBy(() -> Strangers.pull(strangers.upstream(registry), "latest"))
                .withMessageContaining("allowed-hosts");
        assertNoTrapWasTouched();
    }

    @Test
    void noTokenIsAskedForOverAnotherScheme() {
        registry.require(
                FakeAuth.bearer().realm("https://127.0.0.1:" + registry.port() + "/token"));

        assertThatExceptionOfType(RegistryException.class)
                .isThrownBy(() -> Strangers.pull(strangers.upstream(registry), "latest"));
        assertThat(registry.connections()).isEqualTo(1);
    }

    @Test
    void aRedirectToAnotherPortTakesNoCredentialsAlong() throws InterruptedException {
        registry.require(FakeAuth.basic(Strangers.USERNAME, Strangers.PASSWORD));
        otherPort.addBlob("library/app", Strangers.bytes(1_000));
        registry.inject(answer -> {
            if (answer.status != 401) {
                Fault.redirect(otherPort.uri() + "/v2/library/app/blobs/" + digest).spoil(answer);
            }
        });

        Strangers.pullBlob(strangers.upstream(registry), digest);

        assertThat(otherPort.requests()).hasSize(1);
        assertThat(otherPort.requests().getFirst().header("Authorization")).isEmpty();
    }

    @Test
    void whatTheUserListedIsAskedForTokens() throws InterruptedException {
        FakeAuth auth = FakeAuth.bearer().realm(two.uri() + "/token");
        registry.require(auth);
        two.issue(auth);

        Strangers.pull(strangers.allowed("127.0.0.2:" + two.port()).upstream(registry), "latest");

        assertThat(two.requests()).hasSize(1);
        assertThat(two.requests().getFirst().header("Authorization")).isPresent();
    }

    @Test
    void whatTheUserListedMayBeRedirectedTo() throws InterruptedException {
        two.addBlob("library/app", Strangers.bytes(1_000));
        registry.inject(
                Fault.redirect(
                        "http://trap.example:" + two.port() + "/v2/library/app/blobs/" + digest));

        assertThat(
                        Strangers.pullBlob(
                                strangers.allowed("trap.example:" + two.port()).upstream(registry),
                                digest))
                .hasSize(1_000);
        assertThat(two.requests().getFirst().header("Authorization")).isEmpty();
    }

    @Test
    void anotherPortOfWhatTheUserListedIsNotListed() {
        registry.inject(Fault.redirect("http://trap.example:" + two.port() + "/x"));

        assertThatExceptionOfType(RegistryException.class)
                .isThrownBy(() ->
                        Strangers.pullBlob(
                                strangers
                                        .allowed("trap.example", "trap.example:1")
                                        .upstream(registry),
                                digest));
        assertNoTrapWasTouched();
    }

    @Test
    void aPrivateUpstreamMayRedirectToItsNetworkButNotToMetadata() throws InterruptedException {
        Strangers privately = new Strangers().name("metadata.example", "169.254.169.254");
        try (privately) {
            HttpUpstream upstream = privately.upstream(registry);
            two.addBlob("library/app", Strangers.bytes(1_000));
            registry.inject(Fault.redirect(two.uri() + "/v2/library/app/blobs/" + digest));
            assertThat(Strangers.pullBlob(upstream, digest)).hasSize(1_000);

            registry.heal();
            registry.inject(Fault.redirect("http://metadata.example/latest"));
            assertThatExceptionOfType(RegistryException.class)
                    .isThrownBy(() -> Strangers.pullBlob(upstream, digest))
                    .withMessageContaining("may not lead to");
        }
    }

    @Test
    void aNameThatAlsoHasAPrivateAddressIsDialledOnlyAtItsPublicOne() throws InterruptedException {
        otherPort.addBlob("library/app", Strangers.bytes(1_000));
        strangers.name("mixed.example", "127.0.0.2", "127.0.0.1");
        registry.inject(
                Fault.redirect(
                        "http://mixed.example:"
                                + otherPort.port()
                                + "/v2/library/app/blobs/"
                                + digest));

        assertThat(Strangers.pullBlob(strangers.upstream(registry), digest)).hasSize(1_000);
        assertThat(otherPort.connections()).isEqualTo(1);
        assertThat(two.connections()).isZero();
    }
}
