package dev.tarn.metrics;

import dev.tarn.oci.Accept;
import dev.tarn.oci.ByteRange;
import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.Reference;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.RepositoryName;
import dev.tarn.oci.Tag;
import dev.tarn.pull.PageQuery;
import dev.tarn.pull.PullListener.Kind;
import dev.tarn.pull.Referrers;
import dev.tarn.pull.Source;
import dev.tarn.pull.TagPage;
import dev.tarn.pull.Upstream;
import dev.tarn.report.Reason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/// An upstream of which is counted what it is asked, how long it takes, and what comes.
final class MeteredUpstream implements Upstream {

    static final String OK = "ok";

    private final Upstream upstream;
    private final MeterRegistry registry;
    private final Counter manifestBytes;
    private final Counter blobBytes;

    MeteredUpstream(Upstream upstream, MeterRegistry registry) {
        this.upstream = upstream;
        this.registry = registry;
        this.manifestBytes = bytes(Kind.MANIFEST);
        this.blobBytes = bytes(Kind.BLOB);
    }

    private Counter bytes(Kind kind) {
        return Metric.PROXY_PULLED_BYTES.counter(registry, PullMetrics.word(kind), host().text());
    }

    private interface Question<T> {
        T ask() throws InterruptedException;
    }

    private <T> T timed(Kind kind, Question<T> question) throws InterruptedException {
        long start = System.nanoTime();
        String result = "other";
        try {
            T answer = question.ask();
            result = OK;
            return answer;
        } catch (RegistryException e) {
            result = Reason.of(e).word();
            throw e;
        } finally {
            Metric.UPSTREAM_ANSWER_DURATION
                    .timer(registry, PullMetrics.word(kind), result, host().text())
                    .record(Duration.ofNanos(System.nanoTime() - start));
        }
    }

    @Override
    public RegistryHost host() {
        return upstream.host();
    }

    @Override
    public Duration tagTtl() {
        return upstream.tagTtl();
    }

    @Override
    public void tagMoved(RepositoryName name, Tag tag) {
        upstream.tagMoved(name, tag);
    }

    @Override
    public int connections() {
        return upstream.connections();
    }

    @Override
    public RawManifest fetchManifest(RepositoryName name, Reference reference, Accept accept)
            throws InterruptedException {
        RawManifest manifest =
                timed(Kind.MANIFEST, () -> upstream.fetchManifest(name, reference, accept));
        manifestBytes.increment((double) manifest.size());
        return manifest;
    }

    @Override
    public Optional<Descriptor> describeManifest(
            RepositoryName name, Reference reference, Accept accept) throws InterruptedException {
        return timed(Kind.MANIFEST, () -> upstream.describeManifest(name, reference, accept));
    }

    @Override
    public long blobSize(RepositoryName name, Digest digest) throws InterruptedException {
        return timed(Kind.BLOB, () -> upstream.blobSize(name, digest));
    }

    @Override
    public Source source(RepositoryName name, Digest digest) {
        Source source = upstream.source(name, digest);
        return (ByteRange range) -> timed(Kind.BLOB, () -> new MeteredFetch(source.fetch(range)));
    }

    @Override
    public TagPage listTags(RepositoryName name, PageQuery query) throws InterruptedException {
        return timed(Kind.TAGS, () -> upstream.listTags(name, query));
    }

    @Override
    public Referrers listReferrers(RepositoryName name, Digest digest, PageQuery query)
            throws InterruptedException {
        return timed(Kind.REFERRERS, () -> upstream.listReferrers(name, digest, query));
    }

    /// Counts the bytes of one answer.
    private final class MeteredFetch implements Source.Fetch {
        private final Source.Fetch fetch;

        MeteredFetch(Source.Fetch fetch) {
            this.fetch = fetch;
        }

        @Override
        public long start() {
            return fetch.start();
        }

        @Override
        public OptionalLong end() {
            return fetch.end();
        }

        @Override
        public OptionalLong size() {
            return fetch.size();
        }

        @Override
        public boolean next(Source.Sink sink) throws InterruptedException {
            return fetch.next(pieces -> {
                blobBytes.increment(Source.bytesIn(pieces));
                sink.accept(pieces);
            });
        }

        @Override
        public void close() {
            fetch.close();
        }
    }
}
