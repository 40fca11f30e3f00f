package dev.tarn.http;

import dev.tarn.oci.Accept;
import dev.tarn.oci.ByteRange;
import dev.tarn.oci.ContentRange;
import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.oci.ErrorCode;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.Reference;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.Unknown;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.RepositoryName;
import dev.tarn.pull.PageQuery;
import dev.tarn.pull.Referrers;
import dev.tarn.pull.Source;
import dev.tarn.pull.TagPage;
import dev.tarn.pull.Upstream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// A registry in memory that remembers what it was asked, and fails when it is told to.
public final class FakeUpstream implements Upstream {

    final Map<Digest, byte[]> blobs = new ConcurrentHashMap<>();
    final Map<String, RawManifest> manifests = new ConcurrentHashMap<>();
    final List<String> asked = new CopyOnWriteArrayList<>();
    public TagPage tags = new TagPage(List.of(), Optional.empty());
    @Nullable Referrers referrers;
    @Nullable RuntimeException failure;
    Duration tagTtl = Duration.ofHours(1);

    private final RegistryHost host;

    public FakeUpstream(String host) {
        this.host = new RegistryHost(host);
    }

    public Digest addBlob(byte[] bytes) {
        Digest digest = Digest.of(Digest.Algorithm.SHA256, bytes);
        blobs.put(digest, bytes);
        return digest;
    }

    public void addManifest(RepositoryName name, String tag, RawManifest manifest) {
        manifests.put(name + ":" + tag, manifest);
        manifests.put(name + ":" + manifest.digest(), manifest);
    }

    private void heard(String question) {
        asked.add(question);
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public RegistryHost host() {
        return host;
    }

    @Override
    public Duration tagTtl() {
        return tagTtl;
    }

    @Override
    public int connections() {
        return 32;
    }

    @Override
    public RawManifest fetchManifest(RepositoryName name, Reference reference, Accept accept) {
        heard("GET " + name + ":" + reference);
        return find(name, reference);
    }

    @Override
    public Optional<Descriptor> describeManifest(
            RepositoryName name, Reference reference, Accept accept) {
        heard("HEAD " + name + ":" + reference);
        return Optional.of(find(name, reference).descriptor());
    }

    private RawManifest find(RepositoryName name, Reference reference) {
        return Optional.ofNullable(manifests.get(name + ":" + reference))
                .orElseThrow(() -> new Unknown(ErrorCode.MANIFEST_UNKNOWN, "no manifest"));
    }

    @Override
    public long blobSize(RepositoryName name, Digest digest) {
        heard("HEAD " + name + "@" + digest);
        return bytes(digest).length;
    }

    private byte[] bytes(Digest digest) {
        return Optional.ofNullable(blobs.get(digest))
                .orElseThrow(() -> new Unknown(ErrorCode.BLOB_UNKNOWN, "no blob"));
    }

    @Override
    public Source source(RepositoryName name, Digest digest) {
        return range -> {
            heard("GET " + name + "@" + digest);
            return new InMemoryFetch(bytes(digest), range);
        };
    }

    @Override
    public TagPage listTags(RepositoryName name, PageQuery query) {
        heard("tags " + name + " " + query.parameters());
        return tags;
    }

    @Override
    public Referrers listReferrers(RepositoryName name, Digest digest, PageQuery query) {
        heard("referrers " + name + " " + query.parameters());
        return Optional.ofNullable(referrers)
                .orElseThrow(() -> new Unknown(ErrorCode.MANIFEST_UNKNOWN, "no referrers"));
    }

    public List<String> takeAsked() {
        List<String> taken = new ArrayList<>(asked);
        asked.clear();
        return taken;
    }

    static RegistryException failed(RegistryException.UpstreamFailed.Kind kind) {
        return new RegistryException.UpstreamFailed(kind, "it failed");
    }

    private static final class InMemoryFetch implements Source.Fetch {
        private final byte[] bytes;
        private final ContentRange part;
        private boolean isRead;

        InMemoryFetch(byte[] bytes, ByteRange range) {
            this.bytes = bytes;
            this.part = bytes.length == 0 ? ContentRange.whole(0) : range.of(bytes.length);
        }

        @Override
        public long start() {
            return part.start();
        }

        @Override
        public OptionalLong end() {
            return OptionalLong.of(part.end());
        }

        @Override
        public OptionalLong size() {
            return OptionalLong.of(bytes.length);
        }

        @Override
        public boolean next(Source.Sink sink) {
            if (isRead) {
                return false;
            }
            isRead = true;
            sink.accept(ByteBuffer.wrap(bytes, (int) part.start(), (int) part.length()));
            return true;
        }

        @Override
        public void close() {}
    }
}
