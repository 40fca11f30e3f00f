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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/// Counts what clients get. Event loops come through here with each answer, so what belongs
/// together is looked up once.
final class PullMetrics implements PullListener {

    /// What decides where an answer is counted.
    private record Label(RegistryHost upstream, Kind kind, Outcome outcome, int statusClass) {}

    /// What of whom answers hold.
    private record Content(Kind kind, RegistryHost upstream) {}

    private final MeterRegistry registry;
    private final Set<Content> watched = ConcurrentHashMap.newKeySet();
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
        Answers counted = label.kind() == Kind.BLOB ? new BlobAnswers(label) : new Answers(label);
        boolean isContent = label.kind() == Kind.BLOB || label.kind() == Kind.MANIFEST;
        if (isContent && watched.add(new Content(label.kind(), label.upstream()))) {
            watchContent(label.kind(), label.upstream());
        }
        return counted;
    }

    /// What is counted once for each answer is added up here when somebody asks.
    private void watchContent(Kind kind, RegistryHost upstream) {
        String[] tags = {word(kind), upstream.text()};
        Predicate<Answers> theirs =
                it -> it.label.kind() == kind && it.label.upstream().equals(upstream);
        Predicate<Answers> hits = theirs.and(Answers::isHit);
        Predicate<Answers> misses = theirs.and(Answers::isMiss);
        Metric.PROXY_REQUESTS.watch(registry, () -> sum(theirs, Answers::count), tags);
        Metric.PROXY_HITS.watch(registry, () -> sum(hits, Answers::count), tags);
        Metric.PROXY_MISSES.watch(registry, () -> sum(misses, Answers::count), tags);
        Metric.PROXY_PUSHED_BYTES.watch(registry, () -> sum(hits.or(misses), Answers::bytes), tags);
        Metric.SAVED_BYTES.watch(registry, () -> sum(hits, Answers::bytes), tags);
    }

    private double sum(Predicate<Answers> which, ToLongFunction<Answers> number) {
        return (double) answers.values().stream().filter(which).mapToLong(number).sum();
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

    /// Those that are counted together.
    private class Answers {
        private final Label label;
        private final Timer duration;
        private final Counter cut;
        private final LongAdder bytes = new LongAdder();

        Answers(Label label) {
            this.label = label;
            String kind = word(label.kind());
            String upstream = label.upstream().text();
            duration =
                    Metric.ANSWER_DURATION.timer(
                            registry,
                            kind,
                            word(label.outcome()),
                            label.statusClass() + "xx",
                            upstream);
            cut = Metric.CUT_ANSWERS.counter(registry, kind, upstream);
        }

        void count(Answered answer) {
            bytes.add(answer.bytes());
            duration.record(answer.timing().total(), TimeUnit.NANOSECONDS);
            if (!answer.isComplete()) {
                cut.increment();
            }
        }

        long count() {
            return duration.count();
        }

        long bytes() {
            return bytes.sum();
        }

        boolean isMiss() {
            return label.outcome() == Outcome.MISS;
        }

        boolean isHit() {
            return !isMiss() && label.outcome() != Outcome.FAILED;
        }
    }

    /// Those that may be long.
    private final class BlobAnswers extends Answers {
        private final Timer firstByte;

        BlobAnswers(Label label) {
            super(label);
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
