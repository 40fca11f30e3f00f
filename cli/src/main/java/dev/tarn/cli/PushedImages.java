package dev.tarn.cli;

import dev.tarn.admin.push.Push;
import dev.tarn.admin.push.PushReceiver;
import dev.tarn.config.Expectation;
import dev.tarn.config.ImageJob;
import dev.tarn.config.TarnConfig;
import dev.tarn.config.Timing;
import dev.tarn.oci.ImageName;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.RepositoryName;
import dev.tarn.oci.Secret;
import dev.tarn.pull.ManifestPuller;
import dev.tarn.pull.Target;
import dev.tarn.upstream.UpstreamConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What becomes of a push: the tag is stale from now on, and the image is pulled where the
/// configuration wants it. Called on the threads of requests.
final class PushedImages implements PushReceiver {

    private static final Logger LOG = LoggerFactory.getLogger(PushedImages.class);

    /// What is pulled for a push has no time but this, and is never pulled again.
    private static final Timing ONCE = new Timing.Every(Duration.ZERO);

    private final Registries registries;
    private final ManifestPuller manifests;
    private final Consumer<ImageJob> prewarm;
    private final Map<Result, Long> counts = new ConcurrentHashMap<>();

    /// @param prewarm has images pulled that were pushed
    PushedImages(Registries registries, ManifestPuller manifests, Consumer<ImageJob> prewarm) {
        this.registries = registries;
        this.manifests = manifests;
        this.prewarm = prewarm;
    }

    @Override
    public Optional<Secret> secret() {
        return registries.now().config().events().secret();
    }

    @Override
    public Optional<String> receive(Push push, Optional<RegistryHost> upstream) {
        Registries.InForce now = registries.now();
        RegistryHost named = upstream.or(push::registry).orElseGet(now.config()::defaultUpstream);
        Optional<Target> found = find(now, named, push.repository());
        if (found.isEmpty()) {
            LOG.debug("{} was pushed, to a registry that is not mirrored", push);
            return Optional.of(
                    "no upstream is " + named + ": add ?upstream= and its name here to the URL");
        }
        Target target = found.get();
        manifests.tagMoved(target, push.tag());
        ImageName image =
                new ImageName(
                        target.repository().host(),
                        target.name(),
                        Optional.of(push.tag()),
                        Optional.empty());
        LOG.info("{} was pushed", image);
        if (isWanted(image, now.config().events())) {
            prewarm.accept(job(image, now.config().events()));
        }
        return Optional.empty();
    }

    /// A registry may know itself by the address under which it is asked.
    private static Optional<Target> find(
            Registries.InForce now, RegistryHost named, RepositoryName name) {
        return now.table()
                .find(named, name)
                .or(() ->
                        now.config().upstreams().stream()
                                .filter(upstream -> isAt(upstream, named))
                                .findFirst()
                                .flatMap(upstream -> now.table().find(upstream.host(), name)));
    }

    private static boolean isAt(UpstreamConfig upstream, RegistryHost address) {
        return upstream.urls().stream()
                .anyMatch(url -> address.text().equalsIgnoreCase(url.getRawAuthority()));
    }

    private static boolean isWanted(ImageName image, TarnConfig.Events events) {
        return events.prewarm().stream()
                .anyMatch(pattern ->
                        pattern.matches(
                                image.registry().text(),
                                image.repository().text(),
                                image.tag().orElseThrow().text()));
    }

    private static ImageJob job(ImageName image, TarnConfig.Events events) {
        return new ImageJob(
                ImageJob.Kind.PUSH,
                "events",
                List.of(image),
                events.platforms(),
                ONCE,
                Expectation.NONE);
    }

    @Override
    public void count(Result result) {
        counts.merge(result, 1L, Long::sum);
    }

    long counted(Result result) {
        return counts.getOrDefault(result, 0L);
    }
}
