package dev.tarn.cli.clients;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A real registry on a free loopback port, to be an upstream. Install it with `apt-get install
/// docker-registry`.
final class DockerRegistry implements Closeable {
    private static final Pattern BLOB_FETCH =
            Pattern.compile("\"GET /v2/\\S+/blobs/(sha256:[0-9a-f]{64})\\S* HTTP/1\\.1\" 20");

    private final int port = Loopback.freePort();
    private final Path config;
    private final Path log;
    private Daemon daemon;

    private DockerRegistry(Path folder, Path log) throws IOException {
        this.config = folder.resolve("registry.yml");
        this.log = log;
        Files.writeString(
                config,
                """
                version: 0.1
                storage: {filesystem: {rootdirectory: "%s"}}
                http: {addr: "%s"}
                """
                        .formatted(folder.resolve("data"), address()));
        this.daemon = start();
    }

    static DockerRegistry start(Path folder, Path log) throws IOException {
        return new DockerRegistry(folder, log);
    }

    private Daemon start() throws IOException {
        return Daemon.start(log, List.of("docker-registry", "serve", config.toString()))
                .awaitReady(() -> Loopback.status("http://" + address() + "/v2/") == 200);
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    /// Stores the images that `layout` knows as `tags`, as they are, in `repository`.
    void push(ImageLayout layout, String repository, String... tags) throws IOException {
        for (String tag : tags) {
            Command.of("skopeo", "--insecure-policy", "copy", "--all", "--preserve-digests")
                    .and("--dest-tls-verify=false", layout.reference(tag))
                    .and("docker://" + address() + "/" + repository + ":" + tag)
                    .run();
        }
    }

    /// The digest of every blob that was fetched from here, once per fetch.
    List<String> blobFetches() throws IOException {
        Matcher fetches = BLOB_FETCH.matcher(daemon.log());
        return fetches.results().map(fetch -> fetch.group(1)).toList();
    }

    /// From now on connections are refused.
    void stop() throws IOException {
        daemon.stop();
    }

    @Override
    public void close() {
        daemon.close();
    }
}
