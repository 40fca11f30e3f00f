package dev.tarn.cli;

import dev.tarn.config.Address;
import dev.tarn.config.TarnConfig;
import dev.tarn.metrics.LogStyle;
import dev.tarn.oci.Digest;
import dev.tarn.oci.RegistryHost;
import dev.tarn.pull.DownloadConfig;
import dev.tarn.storage.StoreConfig;
import dev.tarn.upstream.UpstreamConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.event.Level;

/// Pulls one image directly, through a cold mirror, through a cold mirror by many clients at once,
/// and through a warm one; prints what that cost, and judges whether it is what the mirror
/// promises.
final class Demo {

    private static final RegistryHost UPSTREAM = new RegistryHost("registry.demo");
    private static final Duration LATENCY = Duration.ofMillis(100);
    private static final long BYTES_PER_SECOND = 10_000_000;
    private static final int CLIENTS = 20;
    private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration STEP_MAX = Duration.ofSeconds(60);

    private final PrintWriter out;
    private final DemoImage image;
    private final SlowLink link;
    private final int clients;

    Demo(PrintWriter out) {
        this(out, DemoImage.generate(), new SlowLink(LATENCY, BYTES_PER_SECOND), CLIENTS);
    }

    Demo(PrintWriter out, DemoImage image, SlowLink link, int clients) {
        this.out = out;
        this.image = image;
        this.link = link;
        this.clients = clients;
    }

    /// Whether every digest was right and every byte crossed the link once.
    boolean run() throws IOException, InterruptedException {
        out.printf(
                Locale.ROOT,
                "Pulling an image of %d layers, %.1f MB, over %s.%n%n%s%n",
                image.layerCount(),
                image.size() / 1e6,
                link,
                DemoStep.HEADER);
        List<String> broken = new ArrayList<>();
        try (DemoRegistry registry = DemoRegistry.start(image, link)) {
            DemoStep direct = pull("without the mirror", registry.url(), 1);
            expect(direct, direct.carried(), broken);
            try (TemporaryFolder store = TemporaryFolder.create();
                    Mirror mirror = mirror(registry, store.path())) {
                expect(pull("cold mirror", mirror.url(), 1), image.sizes(), broken);
            }
            try (TemporaryFolder store = TemporaryFolder.create();
                    Mirror mirror = mirror(registry, store.path())) {
                DemoStep crowd = pull("cold mirror, all at once", mirror.url(), clients);
                expect(crowd, image.sizes(), broken);
                expect(pull("warm mirror, all at once", mirror.url(), clients), Map.of(), broken);
            }
        }
        out.println();
        broken.forEach(out::println);
        if (broken.isEmpty()) {
            out.println(
                    "Every digest was right. The mirror fetched every byte once, however many asked.");
        }
        out.flush();
        return broken.isEmpty();
    }

    private void expect(DemoStep step, Map<Digest, Long> carried, List<String> broken) {
        out.println(step.row(image.size()));
        out.flush();
        if (!step.isVerified()) {
            broken.add(step.name() + ": only " + step.verified() + " digests were right");
        }
        step.failures().forEach(failure -> broken.add(step.name() + ": " + failure));
        if (!step.carried().equals(carried)) {
            broken.add(step.name() + ": the link carried " + step.carried() + ", not " + carried);
        }
    }

    private DemoStep pull(String name, URI registry, int count) throws InterruptedException {
        List<DemoClient> pullers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            pullers.add(new DemoClient(registry));
        }
        List<String> failures = new ArrayList<>();
        int verified = 0;
        long startedNanos = System.nanoTime();
        List<Callable<List<Digest>>> tasks = new ArrayList<>();
        pullers.forEach(puller -> tasks.add(puller::pull));
        List<Future<List<Digest>>> pulls;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            pulls = threads.invokeAll(tasks, STEP_MAX.toSeconds(), TimeUnit.SECONDS);
        }
        Duration time = Duration.ofNanos(System.nanoTime() - startedNanos);
        for (Future<List<Digest>> pull : pulls) {
            try {
                verified += countRight(pull.get());
            } catch (ExecutionException e) {
                failures.add("a client failed: " + e.getMessage());
            } catch (CancellationException e) {
                failures.add("a client was not done after " + STEP_MAX.toSeconds() + " s");
            }
        }
        pullers.forEach(DemoClient::close);
        int expected = count * image.sizes().size();
        return new DemoStep(name, count, time, link.takeCarried(), verified, expected, failures);
    }

    private int countRight(List<Digest> digests) {
        return (int) digests.stream().filter(image.sizes()::containsKey).distinct().count();
    }

    private static Mirror mirror(DemoRegistry registry, Path store) {
        return Mirror.start(config(registry.url(), store), Map.of());
    }

    /// A mirror of one registry, on ports of its own.
    static TarnConfig config(URI registry, Path store) {
        Address anyPort = new Address("127.0.0.1", 0);
        return new TarnConfig(
                new TarnConfig.Http(anyPort, Optional.empty(), DRAIN_TIMEOUT),
                new TarnConfig.Admin(anyPort, Optional.empty()),
                store,
                StoreConfig.DEFAULT,
                UPSTREAM,
                List.of(UpstreamConfig.of(UPSTREAM, registry)),
                Map.of(),
                DownloadConfig.DEFAULT,
                new TarnConfig.Log(Level.INFO, LogStyle.TEXT),
                List.of());
    }
}
