package dev.tarn.admin;

import dev.tarn.report.Failures;
import dev.tarn.report.History;
import dev.tarn.report.ImagePull;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// What the admin API tells, as `docs/api.yaml` says it: the records are the objects there, and say
/// no more about themselves here. Any thread may ask.
public interface Api {

    Overview overview();

    Minutes history();

    /// Those that run, and at most `limit` of those that have ended.
    Pulls pulls(int limit);

    FailureList failures();

    /// At most so many tags.
    Images images(int limit) throws IOException;

    Upstreams upstreams();

    Store store() throws IOException;

    Config config();

    ScrubPass scrub();

    Pins pins();

    /// What is known of one image; empty where nothing is.
    Optional<Inspection> inspect(String image) throws IOException;

    record Overview(
            String version,
            Instant startedAt,
            Instant now,
            boolean isReady,
            Optional<String> trouble,
            String registryUrl,
            List<String> upstreams,
            long requests,
            long hits,
            long misses,
            long servedBytes,
            long savedBytes,
            long pulledBytes,
            double servedRate,
            double pulledRate,
            int pullsRunning,
            long pullsEnded,
            long pullsFailed,
            int downloadsRunning,
            long storedBlobs,
            long storedBytes,
            long usedBytes,
            long capacityBytes) {}

    record Minutes(List<Minute> minutes) {}

    record Minute(
            Instant at,
            long requests,
            long hits,
            long misses,
            long servedBytes,
            long savedBytes,
            long pulledBytes) {

        public static Minute of(History.Minute minute) {
            return new Minute(
                    minute.at(),
                    minute.totals().requests(),
                    minute.totals().hits(),
                    minute.totals().misses(),
                    minute.totals().servedBytes(),
                    minute.totals().savedBytes(),
                    minute.totals().pulledBytes());
        }
    }

    record Pulls(List<Pull> running, List<Pull> ended) {}

    record Pull(
            long id,
            String upstream,
            String repository,
            String reference,
            Optional<String> digest,
            String client,
            String agent,
            Instant startedAt,
            long duration,
            String outcome,
            Optional<String> reason,
            long bytes,
            OptionalLong size,
            long cachedBytes,
            long joinedBytes,
            long upstreamBytes,
            Optional<String> slowedBy,
            List<Layer> layers) {

        public static Pull of(ImagePull pull) {
            return new Pull(
                    pull.id(),
                    pull.repository().host().text(),
                    pull.repository().name().toString(),
                    pull.reference(),
                    pull.digest().map(Object::toString),
                    pull.client().address(),
                    pull.client().agent(),
                    pull.startedAt(),
                    pull.duration().toMillis(),
                    word(pull.state()),
                    pull.reason().map(ImagePull.Failure::text),
                    pull.bytes().all(),
                    pull.size(),
                    pull.bytes().cached(),
                    pull.bytes().joined(),
                    pull.bytes().upstream(),
                    pull.slowedBy().map(Api::word),
                    pull.layers().stream().map(Layer::of).toList());
        }
    }

    record Layer(
            String digest,
            long size,
            long bytes,
            String state,
            Optional<String> outcome,
            long duration) {

        static Layer of(ImagePull.Layer layer) {
            return new Layer(
                    layer.digest().toString(),
                    layer.size(),
                    layer.bytes(),
                    word(layer.state()),
                    layer.outcome().map(Api::word),
                    layer.duration().toMillis());
        }
    }

    record FailureList(List<Failure> failures) {}

    record Failure(
            Instant at,
            String requestId,
            String kind,
            String upstream,
            String repository,
            String reference,
            String client,
            String agent,
            int status,
            String reason,
            String text,
            String advice) {

        public static Failure of(Failures.Failed failed) {
            return new Failure(
                    failed.at(),
                    failed.asking().requestId(),
                    word(failed.asking().kind()),
                    failed.asking().repository().host().text(),
                    failed.asking().repository().name().toString(),
                    failed.asking().reference(),
                    failed.asking().client().address(),
                    failed.asking().client().agent(),
                    failed.status(),
                    failed.reason().word(),
                    failed.text(),
                    failed.reason().word());
        }
    }

    record Images(List<Image> images, long logicalBytes, long storedBytes, boolean isCut) {}

    record Image(
            String upstream,
            String repository,
            String tag,
            String digest,
            String mediaType,
            Instant checkedAt,
            Optional<Instant> lastPullAt,
            int pulls,
            long size,
            long uniqueBytes,
            List<Platform> platforms) {}

    record Platform(
            String platform,
            String digest,
            boolean isStored,
            long size,
            List<PlatformLayer> layers) {}

    record PlatformLayer(String digest, long size, boolean isStored, String mediaType) {}

    record Inspection(
            String upstream,
            String repository,
            String reference,
            String digest,
            String mediaType,
            List<String> tags,
            Optional<Instant> checkedAt,
            Optional<Instant> lastPullAt,
            int pulls,
            List<String> pins,
            long size,
            long storedBytes,
            List<Platform> platforms) {}

    record Pins(List<Pin> pins) {}

    record Pin(String pattern, boolean isConfigured) {}

    record Purged(
            boolean isDryRun,
            List<PurgedImage> images,
            int manifests,
            int blobs,
            long bytes,
            int sharedBlobs,
            long sharedBytes,
            int busyBlobs,
            long busyBytes) {}

    record PurgedImage(String image, String result, List<String> pins) {}

    record Upstreams(List<UpstreamState> upstreams) {}

    record UpstreamState(
            String name,
            boolean isDefault,
            String state,
            List<UpstreamUrl> urls,
            Optional<RateLimit> rateLimit,
            long answers,
            long failures,
            OptionalLong latency,
            long pulledBytes,
            long tokenMillis) {}

    record UpstreamUrl(String url, String breaker, Optional<String> reason) {}

    record RateLimit(int remaining, OptionalInt limit, int reserve) {}

    record Store(
            String folder,
            long blobs,
            long bytes,
            long usedBytes,
            long capacityBytes,
            String eviction,
            long evictedBlobs,
            long evictedBytes,
            long damagedBlobs,
            Optional<String> trouble,
            Scrub scrub,
            List<NextBlob> next) {}

    record Scrub(double progress, long scrubbedBytes) {}

    record ScrubPass(
            boolean isRunning,
            Optional<Instant> startedAt,
            Optional<Instant> finishedAt,
            double progress,
            long blobs,
            long bytes,
            long damagedBlobs) {}

    record PushesHeard(String sender, List<PushHeard> pushes) {}

    record PushHeard(String image, boolean isTaken, Optional<String> reason) {}

    record NextBlob(String digest, long size, Optional<Instant> usedAt, int uses) {}

    record Config(List<Setting> settings) {}

    record Setting(String key, String value, boolean isDefault) {}

    /// An enum as the API writes it.
    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
