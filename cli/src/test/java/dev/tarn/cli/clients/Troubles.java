package dev.tarn.cli.clients;

import dev.tarn.cli.PullClient;
import dev.tarn.oci.Descriptor;
import dev.tarn.upstream.FakeImage;
import dev.tarn.upstream.FakeRegistry;
import dev.tarn.upstream.Fault;
import java.io.Closeable;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.TestInfo;

/// A Tarn on a small disk before four registries: `good.test`, where an image that it checks is
/// gone; `slow.test`, which takes its time and permits little more; `strict.test`, which permits
/// nothing more; and `dead.test`, which is not there. And another one that shows a certificate that
/// ends soon, and lets no client have more than a few connections.
final class Troubles implements Closeable {
    private static final Duration SLOWNESS = Duration.ofSeconds(3);
    private static final int SLOW_PULLS = 24;
    private static final int LAYER_BYTES = 500_000;
    private static final int CONNECTIONS = 4;

    private final PrivateFolder folder;
    private final Path logs;
    private final FakeRegistry good = FakeRegistry.start();
    private final FakeRegistry slow = FakeRegistry.start();
    private final FakeRegistry strict = FakeRegistry.start();
    private final Path disk;
    private final TarnProcess tarn;
    private final TarnProcess other;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final List<Thread> clients = new ArrayList<>();
    private final List<Closeable> opened = new ArrayList<>();

    private Troubles(PrivateFolder folder, Path logs) throws IOException {
        this.folder = folder;
        this.logs = logs;
        slow.inject(Fault.latency(SLOWNESS).and(Fault.header("RateLimit-Remaining", "5;w=21600")));
        strict.inject(Fault.throttled("1"));
        disk = folder.folder("tarn");
        Command.of("mount", "-t", "tmpfs", "-o", "size=128m", "tmpfs", disk.toString()).run();
        tarn =
                TarnProcess.start(
                        disk,
                        Stage.log(logs, "tarn"),
                        new TarnProcess.Settings("", ", capacity: 10MB", upstreams()));
        opened.add(tarn);
        Path secrets = folder.folder("other");
        Command.of("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "5")
                .and("-subj", "/CN=localhost", "-keyout", "key.pem", "-out", "cert.pem")
                .in(secrets)
                .run();
        other =
                TarnProcess.start(
                        secrets,
                        Stage.log(logs, "other"),
                        new TarnProcess.Settings(
                                ", connections-per-client: %d, tls: {certificate: \"%s\", key: \"%s\"}"
                                        .formatted(
                                                CONNECTIONS,
                                                secrets.resolve("cert.pem"),
                                                secrets.resolve("key.pem")),
                                "",
                                upstreams()));
        opened.add(other);
    }

    static Troubles open(TestInfo test) throws IOException {
        return new Troubles(PrivateFolder.create(), Stage.logs(test));
    }

    private String upstreams() {
        return """
        default-upstream: good.test
        upstreams:
          good.test: {urls: ["%s"], insecure: true}
          slow.test: {urls: ["%s"], insecure: true}
          strict.test: {urls: ["%s"], insecure: true}
          dead.test: {urls: ["http://127.0.0.1:%d"], insecure: true}
        checks:
          gone: {images: ["good.test/gone:v1"], interval: 10s}
        """
                .formatted(good.uri(), slow.uri(), strict.uri(), Loopback.freePort());
    }

    Path folder() {
        return folder.path();
    }

    /// Where the first one has its store.
    Path disk() {
        return disk;
    }

    FakeRegistry good() {
        return good;
    }

    TarnProcess tarn() {
        return tarn;
    }

    TarnProcess other() {
        return other;
    }

    Prometheus prometheus(Path rules) throws IOException {
        Prometheus prometheus =
                Prometheus.start(
                        folder.folder("prometheus"),
                        Stage.log(logs, "prometheus"),
                        List.of(tarn.adminAddress(), other.adminAddress()),
                        rules);
        opened.add(prometheus);
        return prometheus;
    }

    /// As a client does that wants a whole image.
    void pull(String upstream, String name, String tag, FakeImage image) {
        ask(upstream, name, "manifests/" + tag);
        for (Descriptor blob : image.blobs()) {
            ask(upstream, name, "blobs/" + blob.digest());
        }
    }

    private void ask(String upstream, String name, String what) {
        new PullClient(URI.create("http://" + tarn.address()))
                .get(
                        "/v2/" + name + "/" + what + "?ns=" + upstream,
                        "User-Agent",
                        "client of " + name);
    }

    /// From now on, clients want what is not there any more, what must not be had, what takes long,
    /// and each time something new.
    void begin() {
        repeat(Duration.ofMillis(10), i -> ask("dead.test", "dead", "manifests/v" + i));
        repeat(Duration.ofMillis(200), i -> ask("strict.test", "strict", "manifests/v" + i));
        repeat(
                Duration.ofMillis(100),
                i -> {
                    FakeImage image = good.addImage("new", "v" + i, i, LAYER_BYTES);
                    pull("good.test", "new", "v" + i, image);
                    image.blobs().forEach(blob -> good.removeBlob("new", blob.digest()));
                });
        for (int client = 0; client < SLOW_PULLS; client++) {
            String name = "app" + client;
            int seed = client * 1_000;
            repeat(
                    Duration.ofMillis(10),
                    i -> {
                        FakeImage image = slow.addImage(name, "v" + i, seed + i, 1_000);
                        pull("slow.test", name, "v" + i, image);
                    });
        }
    }

    /// As a client does that has too many connections to the other one, and keeps them.
    void crowd() throws IOException {
        String[] address = other.address().split(":");
        for (int i = 0; i < 2 * CONNECTIONS; i++) {
            opened.add(new Socket(address[0], Integer.parseInt(address[1])));
        }
    }

    private interface Round {
        void run(int number);
    }

    private void repeat(Duration pause, Round round) {
        clients.add(
                Thread.startVirtualThread(() -> {
                    for (int i = 0; !isClosing(pause); i++) {
                        round.run(i);
                    }
                }));
    }

    private boolean isClosing(Duration pause) {
        try {
            return closing.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        closing.countDown();
        try {
            for (Thread client : clients) {
                client.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Closeable each : opened.reversed()) {
            each.close();
        }
        good.close();
        slow.close();
        strict.close();
        folder.close();
    }
}
