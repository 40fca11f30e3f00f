package dev.tarn.cli.clients;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.TestInfo;

/// What a test plays on: two upstreams that hold different images under the same name, and one Tarn
/// before both. Closing it ends everything, the last first. The logs stay, in
/// `target/clients/<class>/<test>`.
final class Stage implements Closeable {
    /// The repository in both upstreams.
    static final String REPOSITORY = "library/tarn-greeting";

    /// An image for this machine.
    static final String IMAGE = "1";

    /// An index with that image and one for another architecture.
    static final String INDEX = "multi";

    /// The image for the other architecture; it has no tag of its own.
    static final String OTHER_IMAGE = "other";

    private static final String ARCHITECTURE =
            System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
    private static final String OTHER_ARCHITECTURE =
            ARCHITECTURE.equals("amd64") ? "arm64" : "amd64";

    private final Deque<Closeable> opened = new ArrayDeque<>();
    private final Path logs;
    private final PrivateFolder folder;
    private final Upstream hub;
    private final Upstream quay;
    private final TarnProcess tarn;

    /// An upstream and the images that were pushed to it.
    record Upstream(DockerRegistry registry, ImageLayout images) {}

    private Stage(Path logs, String moreUpstreams) throws IOException {
        this.logs = logs;
        try {
            this.folder = owned(PrivateFolder.create());
            this.hub = upstream("docker.io");
            this.quay = upstream("quay.io");
            this.tarn =
                    owned(
                            TarnProcess.start(
                                    folder.folder("tarn"),
                                    log("tarn"),
                                    hub.registry(),
                                    quay.registry(),
                                    moreUpstreams));
        } catch (IOException | RuntimeException | AssertionError failure) {
            try (this) { // what was opened so far
                throw failure;
            }
        }
    }

    static Stage open(TestInfo test) throws IOException {
        return open(test, "");
    }

    /// With more upstreams behind Tarn, in YAML, one a line.
    static Stage open(TestInfo test, String moreUpstreams) throws IOException {
        return new Stage(logs(test), moreUpstreams);
    }

    /// The folder for what the daemons of a test print.
    static Path logs(TestInfo test) throws IOException {
        String testClass = test.getTestClass().orElseThrow().getSimpleName();
        String method = test.getTestMethod().orElseThrow().getName();
        return Files.createDirectories(Path.of("target", "clients", testClass, method));
    }

    /// An empty log of one of them.
    static Path log(Path logs, String name) throws IOException {
        Path log = logs.resolve(name + ".log");
        Files.deleteIfExists(log);
        return log;
    }

    Upstream hub() {
        return hub;
    }

    Upstream quay() {
        return quay;
    }

    TarnProcess tarn() {
        return tarn;
    }

    Dockerd dockerd() throws IOException {
        return dockerd(tarn.address());
    }

    /// One that reaches Tarn at this address.
    Dockerd dockerd(String mirror) throws IOException {
        return owned(Dockerd.start(folder.folder("docker"), log("dockerd"), mirror));
    }

    /// One with this configuration.
    Dockerd dockerd(Path config) throws IOException {
        return owned(Dockerd.start(folder.folder("docker"), log("dockerd"), config));
    }

    Containerd containerd() throws IOException {
        return owned(Containerd.start(folder.folder("ctd"), log("containerd"), tarn.address()));
    }

    /// One that takes a folder for `/etc/containerd`.
    KubernetesContainerd containerd(Path etc) throws IOException {
        return owned(KubernetesContainerd.start(folder.folder("ctd"), log("containerd"), etc));
    }

    Podman podman() throws IOException {
        return Podman.of(folder.folder("podman"), tarn.address());
    }

    Prometheus prometheus(Path rules) throws IOException {
        return owned(
                Prometheus.start(
                        folder.folder("prometheus"),
                        log("prometheus"),
                        List.of(tarn.adminAddress()),
                        rules));
    }

    /// A new folder to copy an image to.
    Path folder(String name) throws IOException {
        return folder.folder(name);
    }

    void stopUpstreams() throws IOException {
        hub.registry().stop();
        quay.registry().stop();
    }

    @Override
    public void close() throws IOException {
        Closeable last = opened.poll();
        if (last != null) {
            try {
                last.close();
            } finally {
                close();
            }
        }
    }

    /// The greeting of its images is the name of the upstream.
    private Upstream upstream(String name) throws IOException {
        ImageLayout images = new ImageLayout(folder.folder(name + "-images"));
        images.addImage(IMAGE, ARCHITECTURE, name);
        images.addImage(OTHER_IMAGE, OTHER_ARCHITECTURE, name + " elsewhere");
        images.addIndex(INDEX, IMAGE, OTHER_IMAGE);
        DockerRegistry registry = owned(DockerRegistry.start(folder.folder(name), log(name)));
        registry.push(images, REPOSITORY, IMAGE, INDEX);
        return new Upstream(registry, images);
    }

    private <T extends Closeable> T owned(T resource) {
        opened.push(resource);
        return resource;
    }

    private Path log(String name) throws IOException {
        return log(logs, name);
    }
}
