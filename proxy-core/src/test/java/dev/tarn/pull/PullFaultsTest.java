package dev.tarn.pull;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tarn.oci.Accept;
import dev.tarn.oci.ByteRange;
import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.oci.Manifest;
import dev.tarn.oci.MediaType;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.StoreFailed;
import dev.tarn.oci.RegistryException.Throttled;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.RegistryException.UpstreamFailed.Kind;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.Repository;
import dev.tarn.oci.Tag;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What becomes of pulls when the parts around them do what they never should, or do it at the
/// worst moment.
@Timeout(20)
class PullFaultsTest {

    private static final DownloadConfig CONFIG =
            new DownloadConfig(10_000, 2, 64, 0, Duration.ofSeconds(30));

    private final byte[] bytes = ScriptedUpstream.randomBytes(95_123, 1);
    private final ScriptedUpstream upstream = new ScriptedUpstream("registry.test");
    private final Digest digest = upstream.addBlob("a/one", bytes);
    private final Target target = upstream.target("a/one");
    private final InMemoryBlobStore blobs = new InMemoryBlobStore();
    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void stop() {
        clients.shutdownNow();
    }

    @Test
    void aBugInTheStoreFailsThePullAndTheNextOneStartsAfresh() throws Exception {
        AtomicInteger begun = new AtomicInteger();
        BlobStore faulty =
                new BlobStore() {
                    @Override
                    public Optional<BlobContent> find(Digest wanted) {
                        return blobs.find(wanted);
                    }

                    @Override
                    public void condemn(Digest wanted) {
                        blobs.condemn(wanted);
                    }

                    @Override
                    public IncomingBlob begin(Digest wanted) {
                        if (begun.incrementAndGet() == 1) {
                            throw new IllegalStateException("a bug");
                        }
                        return blobs.begin(wanted);
                    }
                };
        try (BlobPuller puller = newPuller(faulty, PullListener.NOBODY)) {
            assertThatThrownBy(() -> pull(puller)).isInstanceOf(StoreFailed.class);
            assertThat(pull(puller)).isEqualTo(bytes);
        }
    }

    @Test
    void aListenerThatThrowsDoesNotKeepTheNextPullWaiting() throws Exception {
        PullListener faulty =
                new PullListener() {
                    @Override
                    public void answered(Answered answer) {}

                    @Override
                    public void downloaded(
                            RegistryHost host, Digest what, long size, Duration duration) {}

                    @Override
                    public void downloadFailed(
                            RegistryHost host, Digest what, RegistryException failure) {
                        throw new IllegalStateException("a bug");
                    }
                };
        try (BlobPuller puller = newPuller(blobs, faulty)) {
            upstream.failure = new UpstreamFailed(Kind.UNREACHABLE, "down");
            assertThatThrownBy(() -> pull(puller)).isInstanceOf(UpstreamFailed.class);
            upstream.failure = null;
            assertThat(pull(puller)).isEqualTo(bytes);
        }
    }

    @Test
    void aPullThatComesWhileThePullerClosesIsTurnedAway() throws Exception {
        CountDownLatch isLooking = new CountDownLatch(1);
        CountDownLatch isClosed = new CountDownLatch(1);
        AtomicInteger looks = new AtomicInteger();
        BlobStore slow =
                new BlobStore() {
                    @Override
                    public Optional<BlobContent> find(Digest wanted) {
                        if (looks.incrementAndGet() == 2) {
                            isLooking.countDown();
                            awaitUninterruptibly(isClosed);
                        }
                        return blobs.find(wanted);
                    }

                    @Override
                    public void condemn(Digest wanted) {
                        blobs.condemn(wanted);
                    }

                    @Override
                    public IncomingBlob begin(Digest wanted) {
                        return blobs.begin(wanted);
                    }
                };
        BlobPuller puller = newPuller(slow, PullListener.NOBODY);
        Future<byte[]> late =
                clients.submit(() ->
                        Reading.read(
                                puller.pull(target, digest, ByteRange.whole()).content(),
                                ByteRange.whole()));
        isLooking.await();
        puller.close();
        isClosed.countDown();
        assertThatThrownBy(() -> late.get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(Throttled.class);
        assertThat(upstream.ranges).isEmpty();
    }

    @Test
    void aSourceThatHangsWhenItIsClosedKeepsNoReaderWaiting() throws Exception {
        CountDownLatch isReading = new CountDownLatch(1);
        CountDownLatch isClosing = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Source source =
                range -> {
                    long start = range.of(bytes.length).start();
                    return new Part(range.of(bytes.length).start(), range.of(bytes.length).end()) {
                        @Override
                        public boolean next(Source.Sink sink) throws InterruptedException {
                            if (start > 0) {
                                isReading.countDown();
                                release.await();
                            }
                            isReading.await();
                            throw new UpstreamFailed(Kind.CUT_OFF, "cut off");
                        }

                        @Override
                        public void close() {
                            if (start > 0) {
                                isClosing.countDown();
                                awaitUninterruptibly(release);
                            }
                        }
                    };
                };
        Download download = newDownload(source);
        BlobContent reader = download.join(ByteRange.whole()).orElseThrow();
        assertThat(download.start()).isTrue();
        isClosing.await();
        Future<Long> readable = clients.submit(() -> reader.awaitReadable(0));
        assertThatThrownBy(() -> readable.get(5, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(UpstreamFailed.class);
        release.countDown();
        download.awaitEnd();
    }

    @Test
    void whoeverLooksJustBeforeAManifestArrivesDoesNotFetchItAgain() throws Exception {
        RawManifest manifest =
                upstream.addManifest("a/one", MediaType.OCI_INDEX, "{}".getBytes(UTF_8));
        upstream.tag("a/one", "latest", manifest.digest());
        CountDownLatch hasLooked = new CountDownLatch(1);
        CountDownLatch hasArrived = new CountDownLatch(1);
        InMemoryManifestStore store = new InMemoryManifestStore();
        AtomicInteger looks = new AtomicInteger();
        ManifestStore slow =
                new ForwardingManifestStore(store) {
                    @Override
                    public Optional<TagEntry> findTag(
                            Repository repository, Tag tag, Accept accept) {
                        Optional<TagEntry> found = super.findTag(repository, tag, accept);
                        if (looks.incrementAndGet() == 1) {
                            hasLooked.countDown();
                            awaitUninterruptibly(hasArrived);
                        }
                        return found;
                    }
                };
        try (BlobPuller puller = new BlobPuller(blobs, slow, CONFIG, PullListener.NOBODY)) {
            ManifestPuller manifests = new ManifestPuller(slow, puller, () -> Instant.EPOCH);
            Tag latest = new Tag("latest");
            Future<ManifestPull> late =
                    clients.submit(() -> manifests.pull(target, latest, Accept.ANYTHING));
            hasLooked.await();
            manifests.pull(target, latest, Accept.ANYTHING);
            hasArrived.countDown();
            assertThat(late.get().manifest().digest()).isEqualTo(manifest.digest());
            assertThat(upstream.manifestFetches).hasValue(1);
        }
    }

    @Test
    void anImageThatNobodyComesForIsGivenUpWithItsFirstBlobs() throws Exception {
        List<Descriptor> layers = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            byte[] layer = ScriptedUpstream.randomBytes(1_000, 100 + i);
            Digest name = upstream.addBlob("a/one", layer);
            layers.add(new Descriptor(new MediaType("application/x-layer"), name, layer.length));
        }
        upstream.hold();
        Duration idleTimeout = Duration.ofMillis(300);
        DownloadConfig config = new DownloadConfig(10_000, 1, 64, 1 << 20, idleTimeout);
        try (BlobPuller puller =
                new BlobPuller(blobs, new InMemoryManifestStore(), config, PullListener.NOBODY)) {
            puller.prefetch(target, new Manifest.Image(layers.getFirst(), layers));
            await().during(Duration.ofSeconds(1)).until(() -> upstream.ranges.size() <= 16);
            assertThat(upstream.ranges).hasSize(16);
        }
    }

    @Test
    void aSourceThatSendsNothingWhereThereIsMoreIsAFailureAndNotAskedForEver() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        Source source =
                range -> {
                    long end = asked.incrementAndGet() == 1 ? 10 : 0;
                    return new Part(0, end) {
                        private long position;

                        @Override
                        public boolean next(Source.Sink sink) {
                            if (position == end) {
                                return false;
                            }
                            position = end;
                            sink.accept(ByteBuffer.wrap(bytes, 0, (int) end).slice());
                            return true;
                        }

                        @Override
                        public void close() {}
                    };
                };
        Download download = newDownload(source);
        try (BlobContent reader = download.join(ByteRange.whole()).orElseThrow()) {
            assertThat(download.start()).isTrue();
            Future<Long> readable = clients.submit(() -> reader.awaitReadable(10));
            assertThatThrownBy(() -> readable.get(5, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(UpstreamFailed.class);
        } finally {
            download.stop();
            download.awaitEnd();
        }
    }

    private Download newDownload(Source source) {
        return new Download(
                digest,
                target.repository(),
                source,
                ByteRange.whole(),
                new Environment(blobs, CONFIG, new HastyTicker(20)),
                new Sluice(new Sluice.All(64), CONFIG.connections(), 32, Ticker.SYSTEM),
                new NobodyWatches());
    }

    private BlobPuller newPuller(BlobStore store, PullListener listener) {
        return new BlobPuller(store, new InMemoryManifestStore(), CONFIG, listener);
    }

    private byte[] pull(BlobPuller puller) throws Exception {
        Future<byte[]> pull =
                clients.submit(() ->
                        Reading.read(
                                puller.pull(target, digest, ByteRange.whole()).content(),
                                ByteRange.whole()));
        try {
            return pull.get(5, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RegistryException known ? known : e;
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        assertThatCode(latch::await).doesNotThrowAnyException();
    }

    private static class ForwardingManifestStore implements ManifestStore {
        private final ManifestStore store;

        ForwardingManifestStore(ManifestStore store) {
            this.store = store;
        }

        @Override
        public Optional<RawManifest> find(Digest wanted) {
            return store.find(wanted);
        }

        @Override
        public Optional<RawManifest> recall(Digest wanted) {
            return store.recall(wanted);
        }

        @Override
        public void put(RawManifest manifest) {
            store.put(manifest);
        }

        @Override
        public Optional<TagEntry> findTag(Repository repository, Tag tag, Accept accept) {
            return store.findTag(repository, tag, accept);
        }

        @Override
        public Optional<TagEntry> recallTag(Repository repository, Tag tag, Accept accept) {
            return store.recallTag(repository, tag, accept);
        }

        @Override
        public void putTag(Repository repository, Tag tag, Accept accept, TagEntry entry) {
            store.putTag(repository, tag, accept, entry);
        }

        @Override
        public void makeStale(Repository repository, Tag tag, Instant checkedAt) {
            store.makeStale(repository, tag, checkedAt);
        }

        @Override
        public boolean isLinked(Repository repository, Digest wanted) {
            return store.isLinked(repository, wanted);
        }

        @Override
        public boolean recallsLink(Repository repository, Digest wanted) {
            return store.recallsLink(repository, wanted);
        }

        @Override
        public void link(Repository repository, Digest wanted) {
            store.link(repository, wanted);
        }
    }

    private abstract class Part implements Source.Fetch {
        private final long start;
        private final long end;

        Part(long start, long end) {
            this.start = start;
            this.end = end;
        }

        @Override
        public long start() {
            return start;
        }

        @Override
        public OptionalLong end() {
            return OptionalLong.of(end);
        }

        @Override
        public OptionalLong size() {
            return OptionalLong.of(bytes.length);
        }
    }
}
