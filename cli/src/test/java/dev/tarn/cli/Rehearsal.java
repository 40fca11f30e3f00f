package dev.tarn.cli;

import dev.tarn.oci.Digest;
import dev.tarn.upstream.FakeImage;
import dev.tarn.upstream.FakeRegistry;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// Part of the build: has the program that was just built serve misses and hits from an upstream
/// over TLS, through its own launcher, so that the JVM writes down which classes that takes and how
/// they are linked, and need not find out again at each start (JEP 483, 514, 515).
///
/// A build without this cache is complete, and only starts slowly; so a rehearsal that fails is a
/// warning.
final class Rehearsal {

    private static final String CACHE = "tarn.aot";
    private static final int PATIENCE_SECONDS = 180;
    private static final int ASKED_MAX = 10;
    private static final Pattern READY = Pattern.compile("tarn is ready on (http://\\S+) .*");
    private static final String IMAGE = "library/image";
    private static final int[] LAYER_BYTES = {1_000, 300_000, 20_000_000};

    /// As often as it takes until the JVM has compiled what a pull runs through, of which it notes
    /// what is worth compiling at once. Told to compile earlier, it would note as much of what only
    /// a start runs through, and make each start wait for that.
    private static final int ROUNDS = 800;

    private static final int ROUND_BYTES = 100_000;

    private Rehearsal() {}

    /// Takes the launcher and the folder with the program.
    public static void main(String... arguments) throws Exception {
        write(
                Path.of(arguments[0]),
                Path.of(arguments[1]),
                Path.of(System.getProperty("java.home")),
                "",
                ROUNDS);
    }

    /// For the program in the folder `app`, as the launcher runs it on the Java in the folder
    /// `java`.
    ///
    /// @param options more of them for the JVM, each with a space before it
    /// @param rounds of pulls that miss and then hit; without any, only the start is rehearsed
    static void write(Path launcher, Path app, Path java, String options, int rounds)
            throws Exception {
        Path cache = app.resolve(CACHE);
        Files.deleteIfExists(cache);
        Path log = app.resolveSibling("rehearsal.log");
        try (TemporaryFolder folder = TemporaryFolder.create()) {
            rehearse(
                    launcher.toRealPath(),
                    app.toRealPath(),
                    java,
                    options,
                    rounds,
                    folder.path(),
                    log);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(cache);
            System.err.println("[WARNING] the rehearsal failed: " + e);
        }
        if (Files.notExists(cache)) {
            System.err.printf("[WARNING] Tarn will start slowly, without %s; see %s%n", cache, log);
        }
    }

    private static void rehearse(
            Path launcher, Path app, Path java, String options, int rounds, Path folder, Path log)
            throws Exception {
        X509Bundle authority =
                new CertificateBuilder()
                        .subject("CN=Rehearsal")
                        .setIsCertificateAuthority(true)
                        .buildSelfSigned();
        try (FakeRegistry registry = FakeRegistry.startTls(tls(authority))) {
            FakeImage image = registry.addImage(IMAGE, "latest", 1, LAYER_BYTES);
            String upstream = upstream(folder, authority, registry.port());
            Path config = configure(folder, rounds > 0 ? upstream : "");
            Process tarn = start(launcher, app, java, options, config, log);
            try (BufferedReader out = tarn.inputReader()) {
                String line = String.valueOf(out.readLine());
                Matcher ready = READY.matcher(line);
                if (!ready.matches()) {
                    throw new IOException("instead of being ready it said: " + line);
                }
                PullClient client = new PullClient(URI.create(ready.group(1)));
                if (rounds > 0) {
                    pull(client, image); // misses
                    pull(client, image); // hits
                }
                for (int round = 0; round < rounds; round++) {
                    pullOnce(client, registry, round);
                }
                tarn.toHandle().destroy(); // a SIGTERM, upon which the JVM writes the cache
                if (!tarn.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || tarn.exitValue() != 0) {
                    throw new IOException("it did not end as it should");
                }
            } finally {
                tarn.destroyForcibly();
            }
        }
    }

    private static SSLContext tls(X509Bundle authority) throws Exception {
        X509Bundle bundle =
                new CertificateBuilder()
                        .subject("CN=127.0.0.1")
                        .addSanIpAddress("127.0.0.1")
                        .buildIssuedBy(authority);
        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(bundle.toKeyStore(new char[0]), new char[0]);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), null, null);
        return tls;
    }

    private static Path configure(Path folder, String more) throws IOException {
        return Files.writeString(
                folder.resolve("tarn.yaml"),
                """
                http: {addr: "127.0.0.1:0"}
                admin: {addr: "127.0.0.1:0"}
                storage: {rootdirectory: "%s"}
                """
                                .formatted(folder.resolve("store"))
                        + more);
    }

    private static String upstream(Path folder, X509Bundle authority, int port) throws IOException {
        Path ca = Files.writeString(folder.resolve("ca.pem"), authority.getCertificatePEM());
        return """
        default-upstream: upstream.test
        upstreams:
          upstream.test: {urls: ["https://127.0.0.1:%d"], ca: "%s"}
          docker.io: {}
        """
                .formatted(port, ca);
    }

    /// In the folder of the program, so that the cache has a name without spaces.
    private static Process start(
            Path launcher, Path app, Path java, String options, Path config, Path log)
            throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(launcher.toString(), "serve", "-c", config.toString())
                        .directory(app.toFile())
                        .redirectError(log.toFile());
        // whoever builds may have set what a mirror of theirs is told, such as its store
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("TARN_") || name.startsWith("OTEL_"));
        builder.environment().put("TARN_JAVA_HOME", java.toString());
        builder.environment().put("TARN_JAVA_OPTS", "-XX:AOTCacheOutput=" + CACHE + options);
        return builder.start();
    }

    private static void pull(PullClient client, FakeImage image) throws IOException {
        expect(200, () -> client.get("/v2/"));
        for (String reference : new String[] {"latest", image.digest().toString()}) {
            expect(200, () -> client.head("/v2/" + IMAGE + "/manifests/" + reference));
            expect(200, () -> client.get("/v2/" + IMAGE + "/manifests/" + reference));
        }
        for (var blob : image.blobs()) {
            String target = "/v2/" + IMAGE + "/blobs/" + blob.digest();
            expect(200, () -> client.get(target));
            expect(200, () -> client.head(target));
            expect(206, () -> client.get(target, "Range", "bytes=10-99"));
        }
        Digest unknown = Digest.of(Digest.Algorithm.SHA256, new byte[1]);
        expect(404, () -> client.get("/v2/" + IMAGE + "/blobs/" + unknown));
        expect(200, () -> client.get("/v2/" + IMAGE + "/tags/list"));
    }

    /// A blob and a manifest that the mirror does not have, and then has.
    private static void pullOnce(PullClient client, FakeRegistry registry, int round)
            throws IOException {
        FakeImage image = registry.addImage(IMAGE, "round-" + round, round, 1);
        byte[] bytes = new byte[ROUND_BYTES];
        new Random(round).nextBytes(bytes);
        Digest blob = registry.addBlob(IMAGE, bytes);
        for (String target : List.of("/blobs/" + blob, "/manifests/" + image.digest())) {
            expect(200, () -> client.get("/v2/" + IMAGE + target));
            expect(200, () -> client.get("/v2/" + IMAGE + target));
        }
    }

    /// Asks again where a busy machine took too long for the limits of one of the two.
    private static void expect(int status, Supplier<Answer> question) throws IOException {
        Answer answer = question.get();
        for (int i = 1; i < ASKED_MAX && answer.status() != status; i++) {
            answer = question.get();
        }
        if (answer.status() != status) {
            throw new IOException("it answered " + answer.status() + ", not " + status);
        }
    }
}
