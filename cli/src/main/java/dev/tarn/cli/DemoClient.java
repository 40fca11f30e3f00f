package dev.tarn.cli;

import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.oci.Manifest;
import dev.tarn.oci.ManifestParser;
import dev.tarn.oci.MediaType;
import dev.tarn.oci.RawManifest;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Pulls the way Docker does: the manifest, its config, then the layers, three at a time; and
/// checks every byte against the digest that it should have.
final class DemoClient implements AutoCloseable {

    private static final int LAYERS_AT_ONCE = 3;
    private static final int BUFFER_BYTES = 64 << 10;
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final URI registry;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .proxy(HttpClient.Builder.NO_PROXY)
                    .build();

    DemoClient(URI registry) {
        this.registry = registry;
    }

    /// The digests that the pulled bytes really have, the manifest's first.
    List<Digest> pull() throws IOException, InterruptedException {
        List<Digest> pulled = new ArrayList<>();
        RawManifest manifest = pullManifest();
        pulled.add(manifest.digest());
        if (!(ManifestParser.parse(manifest) instanceof Manifest.Image image)) {
            throw new IOException("the tag does not name an image");
        }
        pulled.add(pullBlob(image.config()));
        try (ExecutorService layers =
                Executors.newFixedThreadPool(LAYERS_AT_ONCE, Thread.ofVirtual().factory())) {
            List<Future<Digest>> futures = new ArrayList<>();
            image.layers().forEach(layer -> futures.add(layers.submit(() -> pullBlob(layer))));
            for (Future<Digest> future : futures) {
                pulled.add(future.get());
            }
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        }
        return pulled;
    }

    private RawManifest pullManifest() throws IOException, InterruptedException {
        try (InputStream body = send("manifests/" + DemoImage.TAG)) {
            return RawManifest.of(
                    MediaType.OCI_MANIFEST,
                    Digest.Algorithm.SHA256,
                    body.readNBytes(RawManifest.SIZE_MAX));
        }
    }

    private Digest pullBlob(Descriptor blob) throws IOException, InterruptedException {
        MessageDigest hash = blob.digest().algorithm().newHash();
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream body = send("blobs/" + blob.digest())) {
            for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
                hash.update(buffer, 0, count);
            }
        }
        return Digest.of(blob.digest().algorithm(), hash);
    }

    private InputStream send(String what) throws IOException, InterruptedException {
        URI uri = registry.resolve("/v2/" + DemoImage.REPOSITORY + "/" + what);
        HttpRequest request =
                HttpRequest.newBuilder(uri)
                        .timeout(TIMEOUT)
                        .header("Accept", MediaType.OCI_MANIFEST.text())
                        .build();
        HttpResponse<InputStream> response =
                http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        if (response.statusCode() != 200) {
            response.body().close();
            throw new IOException(uri + " answered " + response.statusCode());
        }
        return response.body();
    }

    @Override
    public void close() {
        http.close();
    }
}
