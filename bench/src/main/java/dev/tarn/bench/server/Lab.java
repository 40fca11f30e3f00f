package dev.tarn.bench.server;

import dev.tarn.bench.load.Endpoint;
import dev.tarn.bench.machine.Port;
import dev.tarn.bench.machine.ProcessTree;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/// Where servers are started, each with its own folder and ports, and stopped for sure.
public final class Lab implements AutoCloseable {

    private static final long PATIENCE_MILLIS = 10_000;

    private final Path project;
    private final Path work;
    private final Certificates certificates;
    private final Set<ProcessTree> running = ConcurrentHashMap.newKeySet();
    private int count;
    private boolean isClosed;

    public Lab(Path project, Path work) throws IOException {
        this.project = project;
        this.work = work;
        this.certificates = Certificates.make(work.resolve("certificates"));
    }

    /// The root of the project.
    public Path project() {
        return project;
    }

    public Certificates certificates() {
        return certificates;
    }

    /// A server in front of `upstream`, ready to serve plain HTTP.
    public Server start(Peer peer, String upstream) throws IOException {
        return launch(prepare(peer, upstream, false), PATIENCE_MILLIS);
    }

    /// The same, but serving HTTPS.
    public Server startTls(Peer peer, String upstream) throws IOException {
        return launch(prepare(peer, upstream, true), PATIENCE_MILLIS);
    }

    /// Writes the configuration of a server that `launch` starts.
    public Setup prepare(Peer peer, String upstream, boolean isTls) throws IOException {
        Path folder =
                Files.createDirectories(work.resolve("%s-%d".formatted(peer.label(), count++)));
        for (String needed : List.of("tmp", "files", "cache", "store", "run", "log")) {
            Files.createDirectory(folder.resolve(needed));
        }
        Files.delete(folder.resolve("store"));
        int port = Port.free();
        URI up = URI.create(upstream);
        Map<String, String> values = new HashMap<>();
        values.put("DIR", folder.toString());
        values.put("PORT", Integer.toString(port));
        values.put("ADMIN_PORT", Integer.toString(Port.free()));
        values.put("USER", System.getProperty("user.name"));
        values.put("UPSTREAM", upstream);
        values.put("UPSTREAM_SCHEME", up.getScheme());
        values.put("UPSTREAM_ADDRESS", "127.0.0.1:" + up.getPort());
        values.put("CA", certificates.authority().toString());
        values.put("CA_FOLDER", certificates.folder().toString());
        values.put("CERTIFICATE", certificates.certificate().toString());
        values.put("KEY", certificates.key().toString());
        values.put("SSL", isTls ? " ssl" : "");
        values.put("AIO", peer.aio());
        try (Stream<Path> templates =
                Files.list(project.resolve("bench/peers").resolve(peer.folder()))) {
            for (Path template : templates.toList()) {
                Files.writeString(
                        folder.resolve(template.getFileName()),
                        fill(Files.readString(template), values));
            }
        }
        List<String> command =
                peer.command().stream().map(argument -> fill(argument, values)).toList();
        return new Setup(peer, folder, command, environment(isTls), new Endpoint(port, isTls));
    }

    private Map<String, String> environment(boolean isTls) {
        Map<String, String> environment = new HashMap<>();
        environment.put("SSL_CERT_FILE", certificates.authority().toString());
        if (isTls) {
            for (String prefix : List.of("TARN", "REGISTRY")) {
                environment.put(
                        prefix + "_HTTP_TLS_CERTIFICATE", certificates.certificate().toString());
                environment.put(prefix + "_HTTP_TLS_KEY", certificates.key().toString());
            }
        }
        return environment;
    }

    /// Whether whoever measures may have set this for a mirror or a registry of theirs.
    static boolean isForAnother(String variable) {
        return !variable.equals("TARN_JAVA_HOME")
                && Stream.of("TARN_", "OTEL_", "REGISTRY_").anyMatch(variable::startsWith);
    }

    static String fill(String template, Map<String, String> values) {
        String text = template;
        for (Map.Entry<String, String> value : values.entrySet()) {
            text = text.replace("${" + value.getKey() + "}", value.getValue());
        }
        if (text.contains("${")) {
            throw new IllegalArgumentException("a placeholder without a value in: " + text);
        }
        return text;
    }

    /// Starts it, and waits until it answers `/v2/`.
    public Server launch(Setup setup, long patienceMillis) throws IOException {
        Server server = exec(setup);
        server.awaitReady(patienceMillis);
        return server;
    }

    /// Starts it without waiting for anything.
    public synchronized Server exec(Setup setup) throws IOException {
        if (isClosed) {
            throw new IOException("the lab is closed");
        }
        ProcessBuilder builder =
                new ProcessBuilder(setup.command())
                        .directory(project.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(setup.log().toFile()));
        builder.environment().keySet().removeIf(Lab::isForAnother);
        builder.environment().putAll(setup.environment());
        long start = System.nanoTime();
        ProcessTree tree = new ProcessTree(builder.start().toHandle());
        running.add(tree);
        return new Server(
                setup,
                tree,
                start,
                () -> {
                    tree.stop(PATIENCE_MILLIS);
                    running.remove(tree);
                });
    }

    /// Stops whatever still runs, for good. Any thread may.
    @Override
    public synchronized void close() {
        isClosed = true;
        for (ProcessTree tree : new ArrayList<>(running)) {
            tree.stop(PATIENCE_MILLIS);
            running.remove(tree);
        }
    }
}
