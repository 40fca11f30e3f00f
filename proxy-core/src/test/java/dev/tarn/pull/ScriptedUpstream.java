package dev.tarn.pull;

import dev.tarn.oci.Accept;
import dev.tarn.oci.ByteRange;
import dev.tarn.oci.ContentRange;
import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.oci.ErrorCode;
import dev.tarn.oci.MediaType;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.Reference;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.RegistryException.UpstreamFailed.Kind;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.RepositoryName;
import dev.tarn.oci.Tag;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// An upstream without a network, which does as the test says.
public final class ScriptedUpstream implements Upstream {

    private static final int PIECE_BYTES = 1_000;

    private final RegistryHost host;
    private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
    private final Map<String, RawManifest> manifests = new ConcurrentHashMap<>();
    private final Map<String, Digest> tags = new ConcurrentHashMap<>();

    final List<ByteRange> ranges = new CopyOnWriteArrayList<>();
    final AtomicLong bytesSent = new AtomicLong();
    final AtomicInteger heads = new AtomicInteger();
    final AtomicInteger manifestFetches = new AtomicInteger();
    final AtomicInteger openFetches = new AtomicInteger();

    volatile boolean honoursRanges = true;
    volatile boolean announcesSize = true;
    volatile boolean describesManifests = true;
    volatile long cutAt = Long.MAX_VALUE;
    volatile UnaryOperator<byte[]> lie = bytes -> bytes;
    volatile UnaryOperator<Source.Fetch> spoil = fetch -> fetch;
    volatile @Nullable RegistryException failure;
    volatile @Nullable Source source;
    volatile @Nullable Semaphore pieces;
    volatile @Nullable Semaphore answers;

    ScriptedUpstream(String host) {
        this.host = new RegistryHost(host);
    }

    static byte[] randomBytes(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    Target target(String name) {
        return new Target(this, new RepositoryName(name));
    }

    Digest addBlob(String name, byte[] bytes) {
        Digest digest = Digest.of(Digest.Algorithm.SHA256, bytes);
        blobs.put(name + "@" + digest, bytes);
        return digest;
    }

    RawManifest addManifest(String name, MediaType type, byte[] bytes) {
        RawManifest manifest = RawManifest.of(type, Digest.Algorithm.SHA256, bytes);
        manifests.put(name + "@" + manifest.digest(), manifest);
        return manifest;
    }

    void tag(String name, String tag, Digest digest) {
        tags.put(name + ":" + tag, digest);
    }

    void removeTag(String name, String tag) {
        tags.remove(name + ":" + tag);
    }

    /// Sends nothing more until the test lets pieces go, one permit each.
    Semaphore hold() {
        Semaphore gate = new Semaphore(0);
        pieces = gate;
        return gate;
    }

    /// Lets questions about manifests wait, one permit each.
    Semaphore holdAnswers() {
        Semaphore gate = new Semaphore(0);
        answers = gate;
        return gate;
    }

    @Override
    public RegistryHost host() {
        return host;
    }

    @Override
    public Duration tagTtl() {
        return Duration.ofSeconds(60);
    }

    @Override
    public int connections() {
        return 32;
    }

    @Override
    public RawManifest fetchManifest(RepositoryName name, Reference reference, Accept accept)
            throws InterruptedException {
        manifestFetches.incrementAndGet();
        return manifest(name, reference);
    }

    @Override
    public Optional<Descriptor> describeManifest(
            RepositoryName name, Reference reference, Accept accept) throws InterruptedException {
        heads.incrementAndGet();
        Descriptor descriptor = manifest(name, reference).descriptor();
        return describesManifests ? Optional.of(descriptor) : Optional.empty();
    }

    private RawManifest manifest(RepositoryName name, Reference reference)
            throws InterruptedException {
        pass(answers);
        failIfTold();
        Digest digest =
                switch (reference) {
                    case Digest d -> d;
                    case Tag tag -> tags.get(name + ":" + tag);
                };
        RawManifest manifest = digest == null ? null : manifests.get(name + "@" + digest);
        if (manifest == null) {
            throw new RegistryException.Unknown(ErrorCode.MANIFEST_UNKNOWN, name + " " + reference);
        }
        return manifest;
    }

    @Override
    public long blobSize(RepositoryName name, Digest digest) {
        heads.incrementAndGet();
        failIfTold();
        return blob(name, digest).length;
    }

    @Override
    public Source source(RepositoryName name, Digest digest) {
        Source other = source;
        return other != null ? other : range -> spoil.apply(fetch(name, digest, range));
    }

    private Source.Fetch fetch(RepositoryName name, Digest digest, ByteRange range) {
        ranges.add(range);
        failIfTold();
        byte[] bytes = lie.apply(blob(name, digest));
        if (!honoursRanges) {
            return new Scripted(bytes, ContentRange.whole(bytes.length));
        }
        try {
            return new Scripted(bytes, range.of(bytes.length));
        } catch (RegistryException.RangeUnsatisfiable e) {
            return new Scripted(bytes, new ContentRange(0, 0, bytes.length));
        }
    }

    private byte[] blob(RepositoryName name, Digest digest) {
        byte[] bytes = blobs.get(name + "@" + digest);
        if (bytes == null) {
            throw new RegistryException.Unknown(ErrorCode.BLOB_UNKNOWN, name + " " + digest);
        }
        return bytes;
    }

    private void failIfTold() {
        RegistryException told = failure;
        if (told != null) {
            throw told;
        }
    }

    private static void pass(@Nullable Semaphore gate) throws InterruptedException {
        if (gate != null) {
            gate.acquire();
        }
    }

    @Override
    public TagPage listTags(RepositoryName name, PageQuery query) {
        List<String> listed =
                tags.keySet().stream()
                        .filter(key -> key.startsWith(name + ":"))
                        .map(key -> key.substring(name.text().length() + 1))
                        .sorted()
                        .toList();
        return new TagPage(listed, Optional.empty());
    }

    @Override
    public Referrers listReferrers(RepositoryName name, Digest digest, PageQuery query) {
        throw new RegistryException.Unknown(ErrorCode.MANIFEST_UNKNOWN, "no referrers here");
    }

    private final class Scripted implements Source.Fetch {
        private final byte[] bytes;
        private final ContentRange range;
        private final AtomicBoolean isClosed = new AtomicBoolean();
        private long position;

        Scripted(byte[] bytes, ContentRange range) {
            this.bytes = bytes;
            this.range = range;
            this.position = range.start();
            openFetches.incrementAndGet();
        }

        @Override
        public long start() {
            return range.start();
        }

        @Override
        public OptionalLong end() {
            return announcesSize ? OptionalLong.of(range.end()) : OptionalLong.empty();
        }

        @Override
        public OptionalLong size() {
            return announcesSize ? OptionalLong.of(range.size()) : OptionalLong.empty();
        }

        @Override
        public boolean next(Source.Sink sink) throws InterruptedException {
            if (position == range.end()) {
                return false;
            }
            Semaphore gate = pieces;
            while (gate != null && !gate.tryAcquire(1, 5, TimeUnit.MILLISECONDS)) {
                failIfClosed();
            }
            failIfClosed();
            if (position >= cutAt) {
                throw new UpstreamFailed(Kind.CUT_OFF, "cut off at " + position);
            }
            int count = (int) Math.min(PIECE_BYTES, Math.min(range.end(), cutAt) - position);
            bytesSent.addAndGet(count);
            sink.accept(ByteBuffer.wrap(bytes, (int) position, count).slice());
            position += count;
            return true;
        }

        private void failIfClosed() {
            if (isClosed.get()) {
                throw new UpstreamFailed(Kind.CUT_OFF, "closed");
            }
        }

        @Override
        public void close() {
            if (isClosed.compareAndSet(false, true)) {
                openFetches.decrementAndGet();
            }
        }
    }
}
