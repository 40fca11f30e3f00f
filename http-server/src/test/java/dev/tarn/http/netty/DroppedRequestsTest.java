package dev.tarn.http.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tarn.http.Handler;
import dev.tarn.http.RegistryHandler;
import dev.tarn.http.UpstreamTable;
import dev.tarn.oci.RegistryHost;
import dev.tarn.pull.BlobPuller;
import dev.tarn.pull.DownloadConfig;
import dev.tarn.pull.InMemoryBlobStore;
import dev.tarn.pull.InMemoryManifestStore;
import dev.tarn.pull.ManifestPuller;
import dev.tarn.pull.PullListener;
import dev.tarn.upstream.FakeRegistry;
import dev.tarn.upstream.Fault;
import dev.tarn.upstream.HttpUpstream;
import dev.tarn.upstream.Network;
import dev.tarn.upstream.ProxySettings;
import dev.tarn.upstream.UpstreamConfig;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Clients that ask and do not wait for the answer, in front of a registry that takes its time.
@Timeout(60)
class DroppedRequestsTest extends ServerFixture {

    private static final String MANIFESTS = "/v2/library/app/manifests/";

    private final FakeRegistry registry = opened(FakeRegistry.start());

    @Test
    void hundredsOfThemKeepNobodyElseWaiting() throws IOException {
        registry.addImage("library/app", "latest", 1, 10);
        registry.inject(Fault.hang(), request -> request.path().startsWith(MANIFESTS + "r"));
        RegistryServer server = serve(mirror());
        List<RawClient> leaving = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            leaving.add(client(server).send(RawClient.get(MANIFESTS + "r" + i)));
        }
        await().until(() -> registry.requests().size() >= 8);
        for (RawClient client : leaving) {
            client.close();
        }

        RawClient staying = client(server).send(RawClient.get(MANIFESTS + "latest"));
        assertThat(staying.hears(Duration.ofSeconds(5))).isTrue();
        assertThat(staying.answer().status()).isEqualTo(200);
    }

    private Handler mirror() {
        Network network = opened(Network.open(ProxySettings.NONE));
        UpstreamConfig config = UpstreamConfig.of(new RegistryHost("fake.example"), registry.uri());
        UpstreamTable table =
                new UpstreamTable(
                        Map.of(config.host(), new HttpUpstream(config, network)),
                        Map.of(),
                        config.host());
        InMemoryManifestStore manifests = new InMemoryManifestStore();
        BlobPuller blobs =
                opened(
                        new BlobPuller(
                                new InMemoryBlobStore(),
                                manifests,
                                DownloadConfig.DEFAULT,
                                PullListener.NOBODY));
        return new RegistryHandler(
                () -> table,
                blobs,
                new ManifestPuller(manifests, blobs, InstantSource.system()),
                PullListener.NOBODY);
    }
}
