package dev.tarn.metrics;

import dev.tarn.oci.Digest;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryHost;
import dev.tarn.pull.Outcome;
import dev.tarn.pull.PullListener;
import dev.tarn.report.ImagePull;
import dev.tarn.report.Reason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// Counts what clients get. Event loops come through here with each answer, so what belongs
/// together is looked up once.
final class PullMetrics implements PullListener {

    /// What decides where an answer is counted.
    private record Label(RegistryHost upstream, Kind kind, Outcome outcome, int statusClass) {}

    private final MeterRegistry registry;
    private final ConcurrentHashMap<Label, Answers> answers = new ConcurrentHashMap<>();

    PullMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void answered(Answered answer) {
        Label label =
                new Label(
                        answer.asking().repository().host(),
                        answer.asking().kind(),
                        answer.outcome(),
                        answer.status() / 100);
        Answers counted = answers.get(label);
        if (counted == null) {
            counted = answers.computeIfAbsent(label, this::answers);
        }
        counted.count(answer);
    }

    private Answers answers(Label label) {
        String kind = word(label.kind());
        String upstream = label.upstream().text();
        Timer duration =
                Metric.ANSWER_DURATION.timer(
                        registry,
                        kind,
                        word(label.outcome()),
                        label.statusClass() + "xx",
                        upstream);
        Counter cut = Metric.CUT_ANSWERS.counter(registry, kind, upstream);
        return switch (label.kind()) {
            case TAGS, REFERRERS -> new Answers(duration, cut);
            case MANIFEST -> new ContentAnswers(duration, cut, label);
            case BLOB -> new BlobAnswers(duration, cut, label);
        };
    }

    @Override
    public void downloaded(RegistryHost upstream, Digest digest, long bytes, Duration duration) {
        Metric.DOWNLOAD_DURATION.timer(registry, upstream.text()).record(duration);
    }

    @Override
    public void retried(RegistryHost upstream, RegistryException failure) {
        Metric.RETRIED_PARTS
                .counter(registry, Reason.of(failure).word(), upstream.text())
                .increment();
    }

    @Override
    public void downloadFailed(RegistryHost upstream, Digest digest, RegistryException failure) {
        Metric.FAILED_DOWNLOADS
                .counter(registry, Reason.of(failure).word(), upstream.text())
                .increment();
    }

    /// An image pull has ended.
    void ended(ImagePull pull) {
        String upstream = pull.repository().host().text();
        Counter failed = Metric.IMAGE_PULLS_FAILED.counter(registry, upstream);
        Metric.IMAGE_PULLS.counter(registry, upstream).increment();
        if (pull.state() == ImagePull.State.FAILED) {
            failed.increment();
        }
        Metric.IMAGE_PULL_DURATION
                .timer(registry, word(pull.state()), upstream, word(pull.warmth()))
                .record(pull.duration());
        pull.slowedBy()
                .ifPresent(by ->
                        Metric.SLOWED_IMAGE_PULLS
                                .counter(registry, word(by), upstream)
                                .increment());
    }

    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static class Answers {
        private final Timer duration;
        private final Counter cut;

        Answers(Timer duration, Counter cut) {
            this.duration = duration;
            this.cut = cut;
        }

        void count(Answered answer) {
            duration.record(answer.timing().total(), TimeUnit.NANOSECONDS);

            if (!answer.isComplete()) {
                cut.increment();
            }
        }
    }

    /// Those that hold what is stored.
    private class ContentAnswers extends Answers {
        private final Counter requests;
        private final Counter hitsOrMisses;
        private final Counter pushedBytes;
        private final Counter savedBytes;
        private final boolean isHit;
        private final boolean isMiss;

        ContentAnswers(Timer duration, Counter cut, Label label) {
            super(duration, cut);
            String kind = word(label.kind());
            String upstream = label.upstream().text();
            isMiss = label.outcome() == Outcome.MISS;
            isHit = !isMiss && label.outcome() != Outcome.FAILED;
            requests = Metric.PROXY_REQUESTS.counter(registry, kind, upstream);
            Counter hits = Metric.PROXY_HITS.counter(registry, kind, upstream);
            Counter misses = Metric.PROXY_MISSES.counter(registry, kind, upstream);
            hitsOrMisses = isHit ? hits : misses;
            pushedBytes = Metric.PROXY_PUSHED_BYTES.counter(registry, kind, upstream);
            savedBytes = Metric.SAVED_BYTES.counter(registry, kind, upstream);
        }

        @Override
        void count(Answered answer) {
            super.count(answer);
            requests.increment();
            if (isHit || isMiss) {
                hitsOrMisses.increment();
                pushedBytes.increment((double) answer.bytes());
            }
            if (isHit) {
                savedBytes.increment((double) answer.bytes());
            }
        }
    }

    /// Those that may be long.
    private final class BlobAnswers extends ContentAnswers {
        private final Timer firstByte;

        BlobAnswers(Timer duration, Counter cut, Label label) {
            super(duration, cut, label);
            firstByte =
                    Metric.FIRST_BYTE_DURATION.timer(
                            registry, word(label.outcome()), label.upstream().text());
        }

        @Override
        void count(Answered answer) {
            super.count(answer);
            firstByte.record(answer.timing().firstByte(), TimeUnit.NANOSECONDS);
        }
    }
}
