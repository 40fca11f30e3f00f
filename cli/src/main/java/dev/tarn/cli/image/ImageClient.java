package dev.tarn.cli.image;

import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.oci.ImageName;
import dev.tarn.oci.Manifest;
import dev.tarn.oci.ManifestParser;
import dev.tarn.oci.MediaType;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.Reference;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Pulls images through a mirror the way Docker does: the manifest, its configuration, then the
/// layers, three at a time; checks every byte against the digest that it should have, and keeps
/// none.
public final class ImageClient implements AutoCloseable {

    /// Hears how far a pull has come. Called by many threads.
    @FunctionalInterface
    public interface Progress {
        /// So much is here.
        ///
        /// @param size of the whole image, as its manifest says
        void come(long bytes, long size);
    }

    private static final int LAYERS_AT_ONCE = 3;
    private static final int BUFFER_BYTES = 64 << 10;
    private static final int CONFIG_BYTES_MAX = 1 << 20;

    /// Until an answer begins: the mirror may have to ask far away, and twice.
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final String ACCEPT =
            Stream.of(
                            MediaType.OCI_INDEX,
                            MediaType.OCI_MANIFEST,
                            MediaType.DOCKER_MANIFEST_LIST,
                            MediaType.DOCKER_MANIFEST)
                    .map(MediaType::text)
                    .collect(Collectors.joining(", "));

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final URI mirror;
    private final HttpClient http;

    public ImageClient(URI mirror) {
        this(mirror, client().build());
    }

    private ImageClient(URI mirror, HttpClient http) {
        this.mirror = mirror;
        this.http = http;
    }

    /// One for the mirror in this process, whose certificate is for the name by which others know
    /// it.
    public static ImageClient ofThisProcess(URI mirror) {
        return new ImageClient(mirror, client().sslContext(OwnCertificate.trusted()).build());
    }

    private static HttpClient.Builder client() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .proxy(HttpClient.Builder.NO_PROXY)
                .connectTimeout(Duration.ofSeconds(10));
    }

    /// Pulls one image.
    ///
    /// @param platform such as `linux/amd64`; means nothing for an image that there is only one of
    /// @param isKept whether blobs that the mirror has already need not come
    public Pulled pull(ImageName image, String platform, boolean isKept, Progress progress)
            throws IOException, InterruptedException {
        return new Pull(image, isKept, progress).run(platform);
    }

    /// One pull under way.
    private final class Pull {
        private final ImageName image;
        private final boolean isKept;
        private final Progress progress;
        private final long startNanos = System.nanoTime();
        private final AtomicLong bytes = new AtomicLong();
        private final AtomicLong cachedBytes = new AtomicLong();
        private volatile long size;

        Pull(ImageName image, boolean isKept, Progress progress) {
            this.image = image;
            this.isKept = isKept;
            this.progress = progress;
        }

        Pulled run(String platform) throws IOException, InterruptedException {
            RawManifest manifest = manifest(image.reference());
            Manifest content = ManifestParser.parse(manifest);
            if (content instanceof Manifest.Index index) {
                manifest = manifest(child(manifest, index, platform));
                content = ManifestParser.parse(manifest);
            }
            if (!(content instanceof Manifest.Image found)) {
                throw PullException.failed(image + " is no image");
            }
            size = bytes.get() + found.blobs().stream().mapToLong(Descriptor::size).sum();
            byte[] config = config(found.config());
            layers(found.blobs().stream().skip(1).toList());
            return new Pulled(
                    manifest.digest(),
                    bytes.get(),
                    cachedBytes.get(),
                    Duration.ofNanos(System.nanoTime() - startNanos),
                    labels(config));
        }

        private Digest child(RawManifest raw, Manifest.Index index, String platform)
                throws PullException {
            Map<Digest, String> platforms = ManifestParser.platforms(raw);
            return index.manifests().stream()
                    .map(Descriptor::digest)
                    .filter(it -> isFor(platform, platforms.getOrDefault(it, "")))
                    .findFirst()
                    .orElseThrow(
                            () -> PullException.missing(image + " is not there for " + platform));
        }

        private RawManifest manifest(Reference reference) throws IOException, InterruptedException {
            HttpResponse<InputStream> answer = send("GET", "manifests/" + reference);
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            take(answer, body, RawManifest.SIZE_MAX);
            Digest.Algorithm algorithm =
                    reference instanceof Digest digest
                            ? digest.algorithm()
                            : Digest.Algorithm.SHA256;
            RawManifest manifest = RawManifest.of(type(answer), algorithm, body.toByteArray());
            if (reference instanceof Digest digest) {
                check(digest, manifest.digest());
            }
            return manifest;
        }

        private MediaType type(HttpResponse<?> answer) throws PullException {
            try {
                return new MediaType(answer.headers().firstValue("Content-Type").orElse(""));
            } catch (IllegalArgumentException e) {
                throw PullException.failed(image + " has no media type: " + e.getMessage());
            }
        }

        private byte[] config(Descriptor config) throws IOException, InterruptedException {
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            if (config.size() <= CONFIG_BYTES_MAX) {
                blob(config, content);
            } else {
                blob(config, OutputStream.nullOutputStream());
            }
            return content.toByteArray();
        }

        private void layers(List<Descriptor> layers) throws IOException, InterruptedException {
            try (ExecutorService threads =
                    Executors.newFixedThreadPool(LAYERS_AT_ONCE, Thread.ofVirtual().factory())) {
                List<Future<?>> all = new ArrayList<>();
                for (Descriptor layer : layers) {
                    all.add(
                            threads.submit(() -> {
                                layer(layer);
                                return null;
                            }));
                }
                try {
                    for (Future<?> one : all) {
                        one.get();
                    }
                } catch (ExecutionException e) {
                    threads.shutdownNow();
                    throw e.getCause() instanceof IOException known
                            ? known
                            : new IOException(e.getCause());
                }
            }
        }

        private void layer(Descriptor layer) throws IOException, InterruptedException {
            if (isKept && isThere(layer)) {
                cachedBytes.addAndGet(layer.size());
                come(layer.size());
            } else {
                blob(layer, OutputStream.nullOutputStream());
            }
        }

        private boolean isThere(Descriptor blob) throws IOException, InterruptedException {
            HttpResponse<InputStream> answer = send("HEAD", "blobs/" + blob.digest());
            answer.body().close();
            return isCached(answer);
        }

        private void blob(Descriptor blob, OutputStream sink)
                throws IOException, InterruptedException {
            HttpResponse<InputStream> answer = send("GET", "blobs/" + blob.digest());
            MessageDigest hash = blob.digest().algorithm().newHash();
            try (OutputStream hashed = new DigestOutputStream(sink, hash)) {
                take(answer, hashed, blob.size());
            }
            check(blob.digest(), Digest.of(blob.digest().algorithm(), hash));
        }

        private void check(Digest wanted, Digest come) throws PullException {
            if (!come.equals(wanted)) {
                throw PullException.failed(image + ": " + wanted + " came with other bytes");
            }
        }

        private void take(HttpResponse<InputStream> answer, OutputStream sink, long max)
                throws IOException {
            boolean isCached = isCached(answer);
            byte[] buffer = new byte[BUFFER_BYTES];
            long taken = 0;
            try (InputStream body = answer.body()) {
                for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
                    taken += count;
                    if (taken > max) {
                        throw PullException.failed(image + ": more came than " + max + " bytes");
                    }
                    sink.write(buffer, 0, count);
                    cachedBytes.addAndGet(isCached ? count : 0);
                    come(count);
                }
            }
        }

        private void come(long count) {
            progress.come(bytes.addAndGet(count), size);
        }

        private HttpResponse<InputStream> send(String method, String what)
                throws IOException, InterruptedException {
            URI uri =
                    mirror.resolve(
                            "/v2/" + image.repository() + "/" + what + "?ns=" + image.registry());
            HttpRequest request =
                    HttpRequest.newBuilder(uri)
                            .method(method, HttpRequest.BodyPublishers.noBody())
                            .timeout(PATIENCE)
                            .header("Accept", ACCEPT)
                            .build();
            HttpResponse<InputStream> answer;
            try {
                answer = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            } catch (ConnectException e) {
                throw PullException.failed("no mirror answers at " + mirror);
            }
            if (answer.statusCode() == 200) {
                return answer;
            }
            answer.body().close();
            String told = image + ": the mirror answered " + answer.statusCode();
            throw answer.statusCode() == 404
                    ? PullException.missing(image + " is not there")
                    : PullException.failed(told + " for " + what);
        }
    }

    /// `linux/arm64` is also `linux/arm64/v8`.
    private static boolean isFor(String wanted, String platform) {
        return platform.equals(wanted) || platform.startsWith(wanted + "/");
    }

    private static boolean isCached(HttpResponse<?> answer) {
        String how = answer.headers().firstValue("X-Cache").orElse("");
        return how.equals("hit") || how.equals("revalidated") || how.equals("stale");
    }

    /// OCI image specification, "Image Configuration"; none where it cannot be read.
    private static Map<String, String> labels(byte[] config) {
        Map<String, String> labels = new HashMap<>();
        try {
            JsonNode all = JSON.readTree(config).path("config").path("Labels");
            all.forEachEntry((name, value) -> labels.put(name, value.asString("")));
        } catch (JacksonException e) {
            labels.clear();
        }
        return labels;
    }

    @Override
    public void close() {
        http.close();
    }
}
