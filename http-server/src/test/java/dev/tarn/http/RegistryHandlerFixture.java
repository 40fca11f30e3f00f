package dev.tarn.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.http.Response.Body;
import dev.tarn.oci.ContentRange;
import dev.tarn.oci.Digest;
import dev.tarn.oci.MediaType;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.RepositoryName;
import dev.tarn.pull.BlobContent;
import dev.tarn.pull.BlobPuller;
import dev.tarn.pull.BlobStore;
import dev.tarn.pull.DownloadConfig;
import dev.tarn.pull.InMemoryBlobStore;
import dev.tarn.pull.InMemoryManifestStore;
import dev.tarn.pull.IncomingBlob;
import dev.tarn.pull.ManifestPuller;
import dev.tarn.pull.PullListener;
import dev.tarn.pull.PullListener.End;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A registry handler over stores in memory and two fake upstreams, and how a server would use it.
abstract class RegistryHandlerFixture {

    static final RepositoryName ALPINE = new RepositoryName("library/alpine");
    static final Digest NOTHING = Digest.of(Digest.Algorithm.SHA256, new byte[0]);

    final FakeUpstream hub = new FakeUpstream("docker.io");
    final FakeUpstream quay = new FakeUpstream("quay.io");
    final InMemoryBlobStore stored = new InMemoryBlobStore();
    final AtomicInteger open = new AtomicInteger();
    Instant now = Instant.EPOCH;
    final InMemoryManifestStore manifests = new InMemoryManifestStore();
    final List<PullListener.Answered> answers = new CopyOnWriteArrayList<>();
    private final BlobPuller puller =
            new BlobPuller(
                    new CountingStore(stored, open),
                    manifests,
                    DownloadConfig.DEFAULT,
                    PullListener.NOBODY);
    private final UpstreamTable table =
            new UpstreamTable(Map.of(hub.host(), hub, quay.host(), quay), Map.of(), hub.host());
    private final RegistryHandler handler =
            new RegistryHandler(
                    () -> table,
                    puller,
                    new ManifestPuller(manifests, puller, () -> now),
                    new Ear(answers));

    final RawManifest manifest =
            RawManifest.of(
                    MediaType.OCI_INDEX,
                    Digest.Algorithm.SHA256,
                    "{\"schemaVersion\":2,  \"manifests\":[]}".getBytes(StandardCharsets.UTF_8));
    final RawManifest moved =
            RawManifest.of(
                    MediaType.OCI_INDEX,
                    Digest.Algorithm.SHA256,
                    "{\"schemaVersion\":2,\"manifests\":[]}".getBytes(StandardCharsets.UTF_8));
    final byte[] bytes = new byte[1_000];
    final Digest blob;

    RegistryHandlerFixture() {
        new Random(1).nextBytes(bytes);
        blob = hub.addBlob(bytes);
        hub.addBlob(new byte[0]);
        hub.addManifest(ALPINE, "latest", manifest);
    }

    @AfterEach
    void nothingIsLeftOpen() throws InterruptedException {
        puller.close();
        assertThat(open).hasValue(0);
    }

    Response answer(String method, String target) throws InterruptedException {
        return answer(method, target, Map.of());
    }

    Response answer(String method, String target, Map<String, String> headers)
            throws InterruptedException {
        Map<String, List<String>> lists = new LinkedHashMap<>();
        headers.forEach((name, value) -> lists.put(name, List.of(value)));
        return understand(Request.of(method, target, lists)).answer();
    }

    Question understand(Request request) {
        return handler.understand(request);
    }

    /// Sends the response as a server would.
    static byte[] body(Response response) throws InterruptedException, IOException {
        byte[] sent;
        try (response) {
            sent =
                    switch (response.body()) {
                        case Body.Empty _ -> new byte[0];
                        case Body.Bytes(ByteBuffer bytes) -> {
                            byte[] copy = new byte[bytes.remaining()];
                            bytes.duplicate().get(copy);
                            yield copy;
                        }
                        case Body.Blob(BlobContent content, ContentRange part, _) ->
                                read(content, part);
                        case Body.Stream _ -> throw new AssertionError("a stream has no end");
                    };
        }
        deliver(response, sent.length, End.WHOLE);
        return sent;
    }

    /// Tells whoever listens how it went out.
    static void deliver(Response response, long bytes, End end) {
        Delivery delivery = new Delivery("192.0.2.1", "r-1");
        response.listener().begun(delivery);
        delivery.begin();
        delivery.sent(bytes);
        response.listener().ended(delivery, end);
    }

    private static byte[] read(BlobContent content, ContentRange part)
            throws InterruptedException, IOException {
        ByteBuffer target = ByteBuffer.allocate((int) part.length());
        while (target.hasRemaining()) {
            long position = part.start() + target.position();
            int length = (int) Math.min(content.awaitReadable(position), part.end());
            var _ =
                    content.read(
                            target.slice(target.position(), length - (int) position), position);
            target.position(length - (int) part.start());
        }
        return target.array();
    }

    static JsonNode json(Response response) throws Exception {
        return JsonMapper.builder().build().readTree(body(response));
    }

    static String code(Response response) throws Exception {
        return json(response).get("errors").get(0).get("code").asString();
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

    /// Knows how many of the contents that it gave out are still open.
    private record CountingStore(BlobStore store, AtomicInteger open) implements BlobStore {
        @Override
        public Optional<BlobContent> find(Digest digest) {
            return store.find(digest).map(this::counted);
        }

        @Override
        public Optional<BlobContent> recall(Digest digest) {
            return store.recall(digest).map(this::counted);
        }

        @Override
        public void condemn(Digest digest) {
            store.condemn(digest);
        }

        @Override
        public IncomingBlob begin(Digest digest) throws IOException {
            return store.begin(digest);
        }

        private BlobContent counted(BlobContent content) {
            open.incrementAndGet();
            return new BlobContent() {
                @Override
                public long awaitSize() throws InterruptedException {
                    return content.awaitSize();
                }

                @Override
                public long awaitReadable(long position) throws InterruptedException {
                    return content.awaitReadable(position);
                }

                @Override
                public int read(ByteBuffer target, long position) throws IOException {
                    return content.read(target, position);
                }

                @Override
                public Optional<FileChannel> file() {
                    return content.file();
                }

                @Override
                public void close() {
                    open.decrementAndGet();
                    content.close();
                }
            };
        }
    }
}
