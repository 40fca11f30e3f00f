package dev.tarn.cli.clients;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A containerd that a kubelet would pull with: through its CRI, which looks for the registries'
/// hosts where `config.toml` says. It sees another folder as its `/etc/containerd`, and nobody else
/// does. Install it with `apt-get install containerd`; it needs root.
final class KubernetesContainerd implements Closeable {
    private static final String SEE_ANOTHER_ETC =
            "mount --bind \"$0\" /etc/containerd && exec containerd \"$@\"";

    private final Path folder;
    private final Daemon daemon;

    private KubernetesContainerd(Path folder, Daemon daemon) {
        this.folder = folder;
        this.daemon = daemon;
    }

    static KubernetesContainerd start(Path folder, Path log, Path etc) throws IOException {
        List<String> command =
                List.of(
                        "unshare",
                        "--mount",
                        "sh",
                        "-c",
                        SEE_ANOTHER_ETC,
                        etc.toString(),
                        "--root=" + folder.resolve("data"),
                        "--state=" + folder.resolve("state"),
                        "--address=" + folder.resolve("socket"));
        Path socket = folder.resolve("socket");
        return new KubernetesContainerd(
                folder, Daemon.start(log, command).awaitReady(() -> Files.exists(socket)));
    }

    /// Pulls an image as a kubelet does, and returns the digest that its name now stands for.
    String pull(String image) throws IOException {
        Path call = Files.write(folder.resolve("call"), pullCall(image));
        String answer =
                Command.of("curl", "--silent", "--show-error", "--output", "/dev/null")
                        .and("--dump-header", "-", "--http2-prior-knowledge")
                        .and("--unix-socket", folder.resolve("socket").toString())
                        .and(
                                "--header",
                                "content-type: application/grpc",
                                "--header",
                                "te: trailers")
                        .and("--data-binary", "@" + call)
                        .and("http://localhost/runtime.v1.ImageService/PullImage")
                        .run();
        if (!answer.contains("grpc-status: 0")) {
            throw new AssertionError(answer);
        }
        return Command.of("ctr", "--address=" + folder.resolve("socket"), "--namespace=k8s.io")
                .and("image", "ls", "name==" + image)
                .run()
                .lines()
                .skip(1)
                .map(row -> row.split("\\s+", 4)[2])
                .findFirst()
                .orElseThrow();
    }

    /// A gRPC message, `PullImageRequest{image: ImageSpec{image: …}}`, in protocol buffers.
    private static byte[] pullCall(String image) {
        byte[] message = field(field(image.getBytes(UTF_8)));
        return ByteBuffer.allocate(5 + message.length)
                .put((byte) 0) // not compressed
                .putInt(message.length)
                .put(message)
                .array();
    }

    /// The first field of a message that has no other.
    private static byte[] field(byte[] value) {
        if (value.length > 0x7f) {
            throw new IllegalArgumentException("too long for a length of one byte");
        }
        return ByteBuffer.allocate(2 + value.length)
                .put((byte) 0x0a)
                .put((byte) value.length)
                .put(value)
                .array();
    }

    @Override
    public void close() throws IOException {
        daemon.stop();
    }
}
