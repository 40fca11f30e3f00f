package dev.tarn.pull;

import dev.tarn.oci.ByteRange;
import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.oci.Manifest;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.Throttled;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.Repository;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds a blob in the store (hit), joins a download under way (join), or starts one (miss). Called
/// on the virtual threads of requests.
///
/// A blob is stored once, whoever asked for it, but it is readable only through repositories of
/// which the upstream has said that they hold it.
public final class BlobPuller implements AutoCloseable {

    /// How many blobs are on their way at once: each costs memory, threads and an open file, also
    /// while the upstream is silent.
    static final int DOWNLOADS_MAX = 1_000;

    /// How many blobs are on their way at once that no client has asked for yet.
    private static final int PREFETCHES_MAX = 16;

    /// How long somebody waits for the end of a download that cannot be joined.
    private static final Duration END_PATIENCE = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(BlobPuller.class);

    private final BlobStore blobs;
    private final Environment environment;
    private final ManifestStore manifests;
    private final PullListener listener;
    private final ConcurrentHashMap<Digest, Download> downloads = new ConcurrentHashMap<>();
    private final Sluice.All allSluices;
    private final ConcurrentHashMap<Way, Sluice> sluices = new ConcurrentHashMap<>();
    private final Flights<Confirmation, Long> confirmations = new Flights<>();
    private final Semaphore prefetches = new Semaphore(PREFETCHES_MAX);
    private volatile boolean isClosed;

    public BlobPuller(
            BlobStore blobs,
            ManifestStore manifests,
            DownloadConfig config,
            PullListener listener) {
        this(new Environment(blobs, config, Ticker.SYSTEM), manifests, listener);
    }

    BlobPuller(Environment environment, ManifestStore manifests, PullListener listener) {
        this.environment = environment;
        this.allSluices = new Sluice.All(environment.config().connectionsInAll());
        this.blobs = environment.store();
        this.manifests = manifests;
        this.listener = listener;
    }

    /// The blob for one reader, who closes it. `wanted` is the part that is read, so that it is
    /// fetched first.
    public BlobPull pull(Target target, Digest digest, ByteRange wanted)
            throws InterruptedException {
        while (true) {
            Optional<BlobPull> pull = pullStored(target, digest);
            if (pull.isEmpty()) {
                pull = joinOrStart(target, digest, wanted);
            }
            if (pull.isPresent()) {
                return pull.get();
            }
        }
    }

    /// The blob where it is stored, known to be readable under this name, and at hand: waits for
    /// nothing, so an event loop may ask. Empty says only that `pull` would have to look.
    public Optional<BlobContent> recall(Target target, Digest digest) {
        return manifests.recallsLink(target.repository(), digest)
                ? blobs.recall(digest)
                : Optional.empty();
    }

    /// Takes a blob from the store that could not be read, unless something else is stored there by
    /// now: of many who read the same file, the first has it fetched again for all. May wait.
    public void condemn(Digest digest, BlobContent damaged) {
        Optional<BlobContent> stored = blobs.find(digest);
        if (stored.isPresent()) {
            boolean isDamaged;
            try (BlobContent content = stored.get()) {
                isDamaged =
                        content.file().isEmpty()
                                || damaged.file().isEmpty()
                                || content.file().equals(damaged.file());
            }
            if (isDamaged) {
                blobs.condemn(digest);
            }
        }
    }

    /// The size of the blob, without fetching it.
    public BlobSize size(Target target, Digest digest) throws InterruptedException {
        Optional<BlobPull> stored = pullStored(target, digest);
        if (stored.isPresent()) {
            try (BlobContent content = stored.get().content()) {
                return new BlobSize(content.awaitSize(), Outcome.HIT);
            }
        }
        return new BlobSize(target.upstream().blobSize(target.name(), digest), Outcome.MISS);
    }

    private Optional<BlobPull> pullStored(Target target, Digest digest)
            throws InterruptedException {
        Optional<BlobContent> stored = blobs.find(digest);
        if (stored.isEmpty()) {
            return Optional.empty();
        }
        confirm(target, digest, stored.get());
        return Optional.of(new BlobPull(stored.get(), Outcome.HIT));
    }

    /// Empty where the store has the blob now, or where a download that was joined came to nothing
    /// for a reason that need not be ours: look again.
    private Optional<BlobPull> joinOrStart(Target target, Digest digest, ByteRange wanted)
            throws InterruptedException {
        Download download = downloadOf(target, digest, wanted);
        if (download == null) {
            return Optional.empty();
        }
        Optional<BlobContent> joined = download.join(wanted);
        Outcome outcome = download.start() ? Outcome.MISS : Outcome.JOIN;
        if (joined.isEmpty()) {
            awaitEnd(download);
            return Optional.empty();
        }
        if (!download.startedBy().equals(target.repository())) {
            confirm(target, digest, joined.get());
            if (!opens(joined.get())) {
                awaitEnd(download);
                return Optional.empty();
            }
        }
        return joined.map(content -> new BlobPull(content, outcome));
    }

    /// One that is over ends soon. One that goes past a full disk, and whose beginning is gone,
    /// lasts as long as its readers do, and one that came wrong until it has come once more.
    private static void awaitEnd(Download download) throws InterruptedException {
        if (!download.awaitEnd(END_PATIENCE)) {
            throw new Throttled(
                    "the blob is on its way to others, who cannot be joined now",
                    Duration.ofSeconds(1));
        }
    }

    /// The download of the digest, begun where there is none; none where the blob was committed
    /// between the caller's look into the store and now.
    private @Nullable Download downloadOf(Target target, Digest digest, ByteRange wanted) {
        if (isClosed) {
            throw new Throttled("the mirror is stopping", Duration.ofSeconds(1));
        }
        Download download =
                downloads.computeIfAbsent(
                        digest, _ -> isStored(digest) ? null : newDownload(target, digest, wanted));
        if (download != null && isClosed) {
            download.stop(); // `close` may have come too early to see it
        }
        return download;
    }

    private Download newDownload(Target target, Digest digest, ByteRange wanted) {
        if (downloads.size() >= DOWNLOADS_MAX) {
            throw new Throttled(
                    "the mirror has all the downloads it can run", Duration.ofSeconds(1));
        }
        return new Download(
                digest,
                target.repository(),
                target.upstream().source(target.name(), digest),
                wanted,
                environment,
                sluices.computeIfAbsent(Way.to(target.upstream()), this::newSluice),
                new Watch(target, digest));
    }

    /// To one registry, with as many connections.
    private record Way(RegistryHost host, int connections) {
        static Way to(Upstream upstream) {
            return new Way(upstream.host(), upstream.connections());
        }
    }

    private Sluice newSluice(Way way) {
        return new Sluice(
                allSluices,
                environment.config().connections(),
                way.connections(),
                environment.ticker());
    }

    private boolean isStored(Digest digest) {
        Optional<BlobContent> stored = blobs.find(digest);
        stored.ifPresent(BlobContent::close);
        return stored.isPresent();
    }

    /// Makes sure that the upstream has this blob under this name, and closes the content where it
    /// has not.
    private void confirm(Target target, Digest digest, BlobContent content)
            throws InterruptedException {
        boolean isConfirmed = false;
        try {
            if (!manifests.isLinked(target.repository(), digest)) {
                confirmations.await(
                        new Confirmation(target.repository(), digest),
                        () -> target.upstream().blobSize(target.name(), digest));
                manifests.link(target.repository(), digest);
            }
            isConfirmed = true;
        } finally {
            if (!isConfirmed) {
                content.close();
            }
        }
    }

    /// Whether a download that somebody else started for another repository gets as far as a size.
    /// Where it does not, that may be because that repository does not have the blob.
    private static boolean opens(BlobContent content) throws InterruptedException {
        boolean opens = false;
        try {
            var _ = content.awaitSize();
            opens = true;
        } catch (RegistryException e) {
            LOG.debug("a download that was joined did not open", e);
        } finally {
            if (!opens) {
                content.close();
            }
        }
        return opens;
    }

    /// Starts to download an image's blobs before anybody asks for them, and waits until it has
    /// started them. What nobody comes for is stopped after a while, like any download without a
    /// reader.
    void prefetch(Target target, Manifest.Image image) {
        List<Descriptor> wanted = image.blobs();
        BigInteger bytes =
                wanted.stream()
                        .map(blob -> BigInteger.valueOf(blob.size()))
                        .reduce(BigInteger.ZERO, BigInteger::add);
        if (bytes.compareTo(BigInteger.valueOf(environment.config().prefetchBytesMax())) <= 0) {
            prefetch(target, wanted);
        }
    }

    /// The next blob waits for less time than the ones before it go on without a reader. So an
    /// image that nobody comes for ends with its first blobs, and those of a slow one are left to
    /// its clients.
    private void prefetch(Target target, List<Descriptor> wanted) {
        Duration patience = environment.config().idleTimeout().dividedBy(2);
        try {
            for (Descriptor blob : wanted) {
                if (!prefetches.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                    LOG.debug("{}: not all prefetched", target.repository());
                    return;
                }
                Thread.ofVirtual().name("prefetch").start(() -> prefetch(target, blob.digest()));
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts a prefetch", e);
        }
    }

    private void prefetch(Target target, Digest digest) {
        try {
            Download download = downloadOf(target, digest, ByteRange.whole());
            if (download != null && download.start()) {
                download.awaitEnd();
            }
        } catch (Throttled e) {
            LOG.debug("not prefetched: {}", e.getMessage());
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts a prefetch", e);
        } finally {
            prefetches.release();
        }
    }

    /// How many blobs are on their way.
    public int downloadCount() {
        return downloads.size();
    }

    /// Stops all downloads where they are. What they have is kept.
    @Override
    public void close() {
        isClosed = true;
        downloads.values().forEach(Download::stop);
        try {
            for (Download download : downloads.values()) {
                download.awaitEnd();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private record Confirmation(Repository repository, Digest digest) {}

    /// Follows one download for the puller that keeps it.
    private final class Watch implements Download.Observer {
        private final Target target;
        private final Digest digest;
        private final long startedAt = environment.ticker().nanos();

        Watch(Target target, Digest digest) {
            this.target = target;
            this.digest = digest;
        }

        @Override
        public void opened() {
            manifests.link(target.repository(), digest);
        }

        @Override
        public void retried(RegistryException failure) {
            listener.retried(target.upstream().host(), failure);
        }

        @Override
        public void committed(long size) {
            Duration duration = Duration.ofNanos(environment.ticker().nanos() - startedAt);
            listener.downloaded(target.upstream().host(), digest, size, duration);
        }

        @Override
        public void failed(RegistryException failure) {
            listener.downloadFailed(target.upstream().host(), digest, failure);
        }

        @Override
        public void ended() {
            downloads.remove(digest);
        }
    }
}
