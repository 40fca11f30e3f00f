package dev.tarn.upstream;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tarn.oci.Accept;
import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.Reference;
import dev.tarn.oci.RegistryException.Throttled;
import dev.tarn.oci.RegistryException.Unknown;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.RegistryException.UpstreamFailed.Kind;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.RepositoryName;
import dev.tarn.oci.Tag;
import dev.tarn.pull.PageQuery;
import dev.tarn.pull.Referrers;
import dev.tarn.pull.Source;
import dev.tarn.pull.TagPage;
import dev.tarn.pull.Upstream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;

/// A registry at one or several addresses, asked in order. Any virtual thread may ask; many may at
/// once.
public final class HttpUpstream implements Upstream {

    /// How much less often tags are looked at while the registry permits hardly any more pulls.
    private static final int RESERVE_TTL_FACTOR = 10;

    private static final int NEGATIVES_MAX = 10_000;

    /// How long to wait at least, and at most, before something is asked a second time.
    private static final int RETRY_MILLIS_MIN = 50;

    private static final int RETRY_MILLIS_MAX = 250;

    /// For how long a registry may want to be left alone for us to wait for that.
    private static final Duration THROTTLED_MAX = Duration.ofSeconds(3);

    private final UpstreamConfig config;
    private final List<Endpoint> endpoints;
    private final RateLimit rateLimit = new RateLimit(System::nanoTime);
    private final Cache<String, Unknown> negatives;

    public HttpUpstream(UpstreamConfig config, Network network) {
        this.config = config;
        this.endpoints =
                config.urls().stream()
                        .map(url -> new Endpoint(config, url, network, rateLimit))
                        .toList();
        this.negatives =
                Caffeine.newBuilder()
                        .maximumSize(NEGATIVES_MAX)
                        .expireAfterWrite(config.negativeTtl())
                        .build();
    }

    /// How it is doing. Any thread may ask.
    public UpstreamStatus status() {
        return new UpstreamStatus(
                endpoints.stream().map(Endpoint::status).toList(),
                rateLimit.limit(),
                rateLimit.remaining(),
                config.rateLimitReserve(),
                endpoints.stream().map(Endpoint::tokenTime).reduce(Duration.ZERO, Duration::plus));
    }

    @Override
    public RegistryHost host() {
        return config.host();
    }

    @Override
    public Duration tagTtl() {
        return rateLimit.isBelow(config.rateLimitReserve())
                ? config.tagTtl().multipliedBy(RESERVE_TTL_FACTOR)
                : config.tagTtl();
    }

    @Override
    public int connections() {
        return config.connections();
    }

    @Override
    public RawManifest fetchManifest(RepositoryName name, Reference reference, Accept accept)
            throws InterruptedException {
        return ask(
                "manifest " + name + " " + reference + " " + accept.header(),
                endpoint -> endpoint.fetchManifest(name, reference, accept));
    }

    @Override
    public Optional<Descriptor> describeManifest(
            RepositoryName name, Reference reference, Accept accept) throws InterruptedException {
        return ask(
                "manifest " + name + " " + reference + " " + accept.header(),
                endpoint -> endpoint.describeManifest(name, reference, accept));
    }

    @Override
    public void tagMoved(RepositoryName name, Tag tag) {
        String what = "manifest " + name + " " + tag + " ";
        negatives.asMap().keySet().removeIf(unknown -> unknown.startsWith(what));
    }

    @Override
    public long blobSize(RepositoryName name, Digest digest) throws InterruptedException {
        return ask("blob " + name + " " + digest, endpoint -> endpoint.blobSize(name, digest));
    }

    @Override
    public Source source(RepositoryName name, Digest digest) {
        FallbackSource source = new FallbackSource(endpoints, name, digest);
        return range -> unlessUnknown("blob " + name + " " + digest, () -> source.fetch(range));
    }

    @Override
    public TagPage listTags(RepositoryName name, PageQuery query) throws InterruptedException {
        return ask("tags " + name, endpoint -> endpoint.listTags(name, query));
    }

    @Override
    public Referrers listReferrers(RepositoryName name, Digest digest, PageQuery query)
            throws InterruptedException {
        return ask(
                "referrers " + name + " " + digest,
                endpoint -> endpoint.listReferrers(name, digest, query));
    }

    private <T> T ask(String what, Endpoint.Asking<T> asking) throws InterruptedException {
        return unlessUnknown(
                what,
                () -> {
                    try {
                        return askOnce(asking);
                    } catch (UpstreamFailed e) {
                        if (!isWorthAskingAgain(e)) {
                            throw e;
                        }
                        return askOnceAfter(Duration.ZERO, asking);
                    } catch (Throttled e) {
                        if (e.retryAfter().compareTo(THROTTLED_MAX) > 0) {
                            throw e;
                        }
                        return askOnceAfter(e.retryAfter(), asking);
                    }
                });
    }

    private <T> T askOnceAfter(Duration pause, Endpoint.Asking<T> asking)
            throws InterruptedException {
        int jitter = ThreadLocalRandom.current().nextInt(RETRY_MILLIS_MIN, RETRY_MILLIS_MAX);
        Thread.sleep(pause.plusMillis(jitter));
        return askOnce(asking);
    }

    private <T> T askOnce(Endpoint.Asking<T> asking) throws InterruptedException {
        List<Callable<T>> runners =
                endpoints.stream()
                        .map(endpoint -> (Callable<T>) () -> endpoint.ask(asking))
                        .toList();
        return Race.run(runners, _ -> {});
    }

    /// Not after a silence: whoever waits for this has waited long enough.
    private static boolean isWorthAskingAgain(UpstreamFailed failure) {
        return Breaker.isSick(failure) && failure.kind() != Kind.SILENT;
    }

    private interface Question<T> {
        T ask() throws InterruptedException;
    }

    /// What the registry has just said that it does not have is not asked for again at once.
    private <T> T unlessUnknown(String what, Question<T> question) throws InterruptedException {
        Unknown known = negatives.getIfPresent(what);
        if (known != null) {
            throw new Unknown(known.code(), String.valueOf(known.getMessage()));
        }
        try {
            return question.ask();
        } catch (Unknown e) {
            negatives.put(what, e);
            throw e;
        }
    }
}
