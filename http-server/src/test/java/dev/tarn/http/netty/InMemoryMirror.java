package dev.tarn.http.netty;

import dev.tarn.http.FakeUpstream;
import dev.tarn.http.Handler;
import dev.tarn.http.RegistryHandler;
import dev.tarn.http.UpstreamTable;
import dev.tarn.oci.Digest;
import dev.tarn.oci.MediaType;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.RepositoryName;
import dev.tarn.pull.BlobPuller;
import dev.tarn.pull.DownloadConfig;
import dev.tarn.pull.InMemoryBlobStore;
import dev.tarn.pull.InMemoryManifestStore;
import dev.tarn.pull.ManifestPuller;
import dev.tarn.pull.PullListener;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

/// The registry API over stores in memory and one upstream, which holds `library/alpine`.
final class InMemoryMirror implements AutoCloseable {

    static final RepositoryName ALPINE = new RepositoryName("library/alpine");

    final FakeUpstream hub = new FakeUpstream("docker.io");
    final List<PullListener.Answered> answers = new CopyOnWriteArrayList<>();
    private final Random random = new Random(1);
    private final BlobPuller blobs;
    private final Handler handler;

    InMemoryMirror() {
        InMemoryManifestStore manifests = new InMemoryManifestStore();
        PullListener listener = new Ear(answers);
        blobs =
                new BlobPuller(
                        new InMemoryBlobStore(), manifests, DownloadConfig.DEFAULT, listener);
        UpstreamTable table = new UpstreamTable(Map.of(hub.host(), hub), Map.of(), hub.host());
        handler =
                new RegistryHandler(
                        () -> table,
                        blobs,
                        new ManifestPuller(manifests, blobs, () -> Instant.EPOCH),
                        listener);
        hub.addManifest(
                ALPINE,
                "latest",
                RawManifest.of(
                        MediaType.OCI_INDEX,
                        Digest.Algorithm.SHA256,
                        "{\"schemaVersion\":2,\"manifests\":[]}".getBytes(StandardCharsets.UTF_8)));
    }

    Handler handler() {
        return handler;
    }

    byte[] newBytes(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }

    static String path(Digest blob) {
        return "/v2/" + ALPINE + "/blobs/" + blob;
    }

    @Override
    public void close() {
        blobs.close();
    }

    private record Ear(List<Answered> answers) implements PullListener {
        @Override
        public void answered(Answered answer) {
            answers.add(answer);
        }

        @Override
        public void downloaded(
                RegistryHost upstream, Digest digest, long bytes, Duration duration) {}

        @Override
        public void downloadFailed(
                RegistryHost upstream, Digest digest, RegistryException failure) {}
    }
}
