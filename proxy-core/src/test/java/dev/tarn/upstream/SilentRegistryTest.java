package dev.tarn.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tarn.oci.RawManifest;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.Throttled;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Many who ask at once for what a registry does not answer.
@Timeout(60)
class SilentRegistryTest {
    private final FakeRegistry registry = FakeRegistry.start();
    private final Strangers strangers = new Strangers();
    private final HttpUpstream upstream = strangers.upstream(registry);
    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void close() {
        clients.shutdownNow();
        strangers.close();
        registry.close();
    }

    @Test
    void twoHundredTagsAtOnceReachItInFiftyRequestsAtMost() {
        registry.inject(Fault.hang());
        List<Future<RawManifest>> pulls = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            String tag = "r" + i;
            pulls.add(clients.submit(() -> Strangers.pull(upstream, tag)));
        }

        assertThat(pulls)
                .allSatisfy(pull ->
                        assertThatThrownBy(pull::get).hasCauseInstanceOf(RegistryException.class));
        assertThat(registry.requests()).hasSizeBetween(1, 50);
    }

    @Test
    void whoeverGetsNoTurnInTimeIsSentAwayAndAsksNothing() {
        registry.addImage(Strangers.APP.text(), "latest", 1, 10);
        registry.inject(
                Fault.body("application/json", "{}" + " ".repeat(1_000)).and(Fault.rate(20)),
                request -> request.path().contains("/manifests/r"));
        for (int i = 0; i < 8; i++) {
            String tag = "r" + i;
            var _ = clients.submit(() -> Strangers.pull(upstream, tag));
        }
        await().until(() -> registry.requests().size() == 8);

        assertThatExceptionOfType(Throttled.class)
                .isThrownBy(() -> Strangers.pull(upstream, "latest"))
                .satisfies(e -> assertThat(e.isTold()).isFalse());
        assertThat(registry.requests()).hasSize(8);
    }
}
