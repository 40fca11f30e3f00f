package dev.tarn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.upstream.FakeRegistry;
import java.util.List;

/// Registries that hold the same image as an upstream, on every kind of loopback address, and that
/// nobody has configured: whoever dials one gets an answer, and is caught.
///
/// In a spelling, `{1}`, `{2}` and `{6}` are the ports of the traps on 127.0.0.1, 127.0.0.2 and
/// ::1, and `{u}` is the upstream's own.
final class Traps implements AutoCloseable {

    private final FakeRegistry upstream;
    private final FakeRegistry onLocalhost = FakeRegistry.start();
    private final FakeRegistry onOtherLoopback = FakeRegistry.startOn("127.0.0.2");
    private final FakeRegistry onIpv6 = FakeRegistry.startOn("::1");

    Traps(FakeRegistry upstream) {
        this.upstream = upstream;
        all().forEach(trap -> trap.addImage("org/app", "v1", 1, 70_000));
    }

    private List<FakeRegistry> all() {
        return List.of(onLocalhost, onOtherLoopback, onIpv6);
    }

    /// The one on 127.0.0.2.
    FakeRegistry other() {
        return onOtherLoopback;
    }

    /// The spelling with the ports put in.
    String spell(String spelling) {
        return spelling.replace("{u}", "" + upstream.port())
                .replace("{1}", "" + onLocalhost.port())
                .replace("{2}", "" + onOtherLoopback.port())
                .replace("{6}", "" + onIpv6.port());
    }

    void assertNobodyWasCaught() {
        assertThat(all()).allSatisfy(trap -> assertThat(trap.connections()).isZero());
    }

    @Override
    public void close() {
        all().forEach(FakeRegistry::close);
    }
}
