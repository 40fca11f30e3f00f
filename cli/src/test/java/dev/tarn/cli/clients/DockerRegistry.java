package dev.tarn.cli.clients;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/// A real registry on a free loopback port, to be an upstream. Install it with `apt-get install
/// docker-registry`.
final class DockerRegistry implements Closeable {
    private static final Pattern BLOB_FETCH =
            Pattern.compile("\"GET /v2/\\S+/blobs/(sha256:[0-9a-f]{64})\\S* HTTP/1\\.1\" 20");

    private final int port = Loopback.freePort();
    private final Daemon daemon;

    private DockerRegistry(Path folder, Path log, String tls, String more) throws IOException {
        Path config = folder.resolve("registry.yml");
        Files.writeString(
                config,
                """
                version: 0.1
                storage: {filesystem: {rootdirectory: "%s"}}
                http: {addr: "%s"%s}
                %s
                """
                        .formatted(folder.resolve("data"), address(), tls, more));
        this.daemon =
                Daemon.start(log, List.of("docker-registry", "serve", config.toString()))
                        .awaitReady(() -> isListening(tls.isEmpty() ? "http" : "https"));
    }

    static DockerRegistry start(Path folder, Path log) throws IOException {
        return start(folder, log, "");
    }

    /// With more in its configuration, in YAML.
    static DockerRegistry start(Path folder, Path log, String more) throws IOException {
        return new DockerRegistry(folder, log, "", more);
    }

    /// One that speaks TLS.
    static DockerRegistry startTls(Path folder, Path log, Path certificate, Path key)
            throws IOException {
        String tls = ", tls: {certificate: \"%s\", key: \"%s\"}".formatted(certificate, key);
        return new DockerRegistry(folder, log, tls, "");
    }

    /// Whatever it says: of a stranger's certificate, that it is not believed.
    private boolean isListening(String scheme) throws IOException, InterruptedException {
        try {
            return Loopback.status(scheme + "://" + address() + "/v2/") > 0;
        } catch (SSLException e) {
            return true;
        }
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
