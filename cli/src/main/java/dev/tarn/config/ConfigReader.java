package dev.tarn.config;

import dev.tarn.metrics.LogStyle;
import dev.tarn.oci.DockerHub;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.Secret;
import dev.tarn.pull.DownloadConfig;
import dev.tarn.storage.Budget;
import dev.tarn.storage.Pin;
import dev.tarn.storage.StoreConfig;
import dev.tarn.storage.eviction.Eviction;
import dev.tarn.upstream.Credentials;
import dev.tarn.upstream.DockerConfig;
import dev.tarn.upstream.UpstreamConfig;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.event.Level;

/// Reads the configuration from a YAML file and the environment. Every key is named here, once,
/// with its format and its default; whatever is wrong is reported all at once.
public final class ConfigReader {

    /// Read where no file is named, if it is there.
    private static final Path USUAL_FILE = Path.of("/etc/tarn/tarn.yaml");

    private static final List<String> UPSTREAMS =
            List.of(
                    "docker.io",
                    "ghcr.io",
                    "quay.io",
                    "registry.k8s.io",
                    "gcr.io",
                    "public.ecr.aws",
                    "mcr.microsoft.com");

    /// The one registry that is not where its name says.
    private static final URI DOCKER_HUB_URL = URI.create("https://registry-1.docker.io");

    private static final Duration WAIT_MAX = Duration.ofMinutes(10);
    private static final Duration TAG_TTL_MAX = Duration.ofDays(30);
    private static final Duration SCRUB_MAX = Duration.ofDays(3_650);

    private static final int TOKEN_LENGTH_MIN = 16;

    private final Map<String, String> variables;
    private final Reading reading;
    private final Map<RegistryHost, RegistryHost> hosts = new LinkedHashMap<>();

    private ConfigReader(Map<String, String> variables) {
        this.variables = variables;
        this.reading = new Reading(variables);
    }

    /// Reads `file`, or where none is named the usual one, or where there is none either the
    /// defaults; and what the environment says besides.
    ///
    /// @throws ConfigException with everything that is wrong
    public static TarnConfig read(Optional<Path> file, Map<String, String> variables) {
        return read(file, USUAL_FILE, variables);
    }

    static TarnConfig read(Optional<Path> file, Path usualFile, Map<String, String> variables) {
        return new ConfigReader(variables).read(file(file, usualFile));
    }

    /// The file that is read where this one is named, or none.
    public static Optional<Path> file(Optional<Path> named) {
        return file(named, USUAL_FILE);
    }

    private static Optional<Path> file(Optional<Path> named, Path usualFile) {
        return named.or(() -> Optional.of(usualFile).filter(Files::exists));
    }

    /// The paths of all keys that such a file may have, right or wrong: `http.addr`,
    /// `upstreams.docker.io.urls`, …
    static NavigableSet<String> keys(Optional<Path> file) {
        ConfigReader reader = new ConfigReader(Map.of());
        var _ = reader.understand(file);
        return reader.reading.knownPaths();
    }

    private TarnConfig read(Optional<Path> file) {
        TarnConfig config = understand(file);
        reading.finish();
        return config;
    }

    private TarnConfig understand(Optional<Path> file) {
        String name = file.map(Path::toString).orElse("configuration");
        Section root = reading.root(name, file.flatMap(YamlFile::read));
        Section storage = root.section("storage");
        List<UpstreamConfig> upstreams = upstreams(root);
        return new TarnConfig(
                http(root.section("http")),
                admin(root.section("admin")),
                storage.value("rootdirectory", Format.PATH, usualFolder()),
                store(storage),
                defaultUpstream(root, upstreams),
                upstreams,
                hosts,
                download(root.section("download")),
                log(root.section("log")),
                JobReader.events(root.section("events")),
                JobReader.jobs(root),
                reading.shown());
    }

    private static StoreConfig store(Section storage) {
        StoreConfig usual = StoreConfig.DEFAULT;
        return new StoreConfig(
                storage.value("verify", Format.oneOf(StoreConfig.Verify.class), usual.verify()),
                storage.value("scrub-interval", Format.duration(SCRUB_MAX), usual.scrubInterval()),
                storage.value("scrub-rate", Format.size("1MiB", "10GiB"), usual.scrubRate()),
                budget(storage));
    }

    private static Budget budget(Section storage) {
        Budget usual = Budget.DEFAULT;
        return new Budget(
                storage.value("capacity", Format.CAPACITY, usual.capacity()),
                storage.value("eviction", Format.oneOf(Eviction.class), usual.eviction()),
                storage.list("pins", Pin::parse, usual.pins()));
    }

    private static TarnConfig.Http http(Section http) {
        return new TarnConfig.Http(
                http.value("addr", Address::parse, new Address("127.0.0.1", 5000)),
                tls(http.section("tls")),
                http.value("draintimeout", Format.duration(WAIT_MAX), Duration.ofSeconds(30)),
                share(http));
    }

    private static TarnConfig.Share share(Section http) {
        TarnConfig.Share usual = TarnConfig.Share.USUAL;
        Format<Integer> count = Format.integer(1, 1_000_000);
        return new TarnConfig.Share(
                http.value("connections", count, usual.connections()),
                http.value("connections-per-client", count, usual.connectionsPerClient()),
                http.value("requests-per-client", count, usual.requestsPerClient()),
                http.value("min-rate", Format.size("0", "1GiB"), usual.minRateBytes()));
    }

    private static Optional<TarnConfig.Tls> tls(Section tls) {
        Optional<Path> certificate = tls.find("certificate", Format.READABLE_FILE);
        Optional<Path> key = tls.find("key", Format.READABLE_FILE);
        if (tls.has("certificate") && !tls.has("key")) {
            tls.problem("certificate", "needs a key");
        }
        if (tls.has("key") && !tls.has("certificate")) {
            tls.problem("key", "needs a certificate");
        }
        return certificate.flatMap(c -> key.map(k -> new TarnConfig.Tls(c, k)));
    }

    /// `/var/lib/tarn` for root, else the folder for a user's data (XDG Base Directory
    /// Specification).
    private Path usualFolder() {
        if (System.getProperty("user.name").equals("root")) {
            return Path.of("/var/lib/tarn");
        }
        return Optional.ofNullable(variables.get("XDG_DATA_HOME"))
                .map(Path::of)
                .filter(Path::isAbsolute)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".local", "share"))
                .resolve("tarn");
    }

    private static RegistryHost defaultUpstream(Section root, List<UpstreamConfig> upstreams) {
        RegistryHost host = root.value("default-upstream", Format.REGISTRY_HOST, DockerHub.HOST);
        List<RegistryHost> all = upstreams.stream().map(UpstreamConfig::host).toList();
        if (!all.contains(host)) {
            root.problem("default-upstream", host + " is not one of the upstreams: " + all);
        }
        return host;
    }

    private List<UpstreamConfig> upstreams(Section root) {
        Section section = root.section("upstreams");
        Optional<DockerConfig> logins = root.find("docker-config", Format.DOCKER_CONFIG);
        Collection<String> names = root.has("upstreams") ? section.names() : UPSTREAMS;
        if (names.isEmpty()) {
            root.problem("upstreams", "there must be at least one");
        }
        Map<RegistryHost, UpstreamConfig> upstreams = new LinkedHashMap<>();
        for (String name : names) {
            Optional<RegistryHost> host = section.name(name, Format.REGISTRY_HOST);
            if (host.isPresent()) {
                UpstreamConfig upstream = upstream(host.get(), section.section(name), logins);
                if (upstreams.putIfAbsent(host.get(), upstream) != null) {
                    section.problem(name, "is given twice");
                }
            }
        }
        return new ArrayList<>(upstreams.values());
    }

    private UpstreamConfig upstream(
            RegistryHost host, Section section, Optional<DockerConfig> logins) {
        for (RegistryHost alias : section.list("hosts", Format.REGISTRY_HOST, List.of())) {
            RegistryHost other = hosts.putIfAbsent(alias, host);
            if (other != null) {
                section.problem("hosts", alias + " already leads to " + other);
            }
        }
        return new UpstreamConfig(
                host,
                urls(host, section),
                section.value("tag-ttl", Format.duration(TAG_TTL_MAX), UpstreamConfig.TAG_TTL),
                section.value(
                        "negative-ttl", Format.duration(WAIT_MAX), UpstreamConfig.NEGATIVE_TTL),
                section.value(
                        "rate-limit-reserve",
                        Format.integer(0, 1_000_000),
                        UpstreamConfig.RATE_LIMIT_RESERVE),
                section.find("ca", Format.READABLE_FILE),
                credentials(section).or(() -> logins.flatMap(all -> all.find(host))),
                section.list("allowed-hosts", Format.REGISTRY_HOST, List.of()).stream()
                        .map(RegistryHost::text)
                        .toList(),
                section.value("connections", Format.integer(1, 1_000), UpstreamConfig.CONNECTIONS));
    }

    private static List<URI> urls(RegistryHost host, Section section) {
        URI usual = usualUrl(host, section);
        List<URI> urls = section.list("urls", Format.ORIGIN, List.of(usual));
        boolean isInsecure = section.value("insecure", Format.TRUE_OR_FALSE, false);
        if (urls.isEmpty()) {
            section.problem("urls", "must be at least one");
            return List.of(usual);
        }
        if (!isInsecure && urls.stream().anyMatch(url -> url.getScheme().equals("http"))) {
            section.problem("urls", "http:// needs 'insecure: true' beside it");
        }
        if (Set.copyOf(urls).size() < urls.size()) {
            section.problem("urls", "names the same one twice");
        }
        return urls;
    }

    private static URI usualUrl(RegistryHost host, Section section) {
        if (host.equals(DockerHub.HOST)) {
            return DOCKER_HUB_URL;
        }
        try {
            return Format.ORIGIN.parse("https://" + host);
        } catch (IllegalArgumentException e) {
            if (!section.has("urls")) {
                section.problem("urls", "must be given: https://" + host + " " + e.getMessage());
            }
            return DOCKER_HUB_URL;
        }
    }

    private static Optional<Credentials> credentials(Section section) {
        Optional<String> username = section.find("username", Format.TEXT);
        Optional<Secret> password = section.secret("password");
        if (section.has("username") && !section.hasSecret("password")) {
            section.problem("username", "needs a password");
        }
        if (section.hasSecret("password") && !section.has("username")) {
            section.problem("password", "needs a username");
        }
        return username.flatMap(user -> password.map(secret -> new Credentials(user, secret)));
    }

    private static DownloadConfig download(Section download) {
        DownloadConfig usual = DownloadConfig.DEFAULT;
        return new DownloadConfig(
                download.value("chunk-size", Format.size("64KiB", "1GiB"), usual.chunkBytes()),
                download.value("connections", Format.integer(1, 64), usual.connections()),
                download.value(
                        "connections-in-all", Format.integer(1, 4_096), usual.connectionsInAll()),
                download.value("prefetch-max", Format.size("0", "1TiB"), usual.prefetchBytesMax()),
                download.value("idle-timeout", Format.duration(WAIT_MAX), usual.idleTimeout()));
    }

    private static TarnConfig.Log log(Section log) {
        return new TarnConfig.Log(
                log.value("level", Format.oneOf(Level.class), Level.INFO),
                log.value("formatter", Format.oneOf(LogStyle.class), LogStyle.TEXT));
    }

    /// What it shows is for those who run the mirror only.
    private static TarnConfig.Admin admin(Section admin) {
        Address address = admin.value("addr", Address::parse, new Address("127.0.0.1", 5001));
        Optional<Secret> token = admin.secret("token");
        if (!address.isLoopback() && !admin.hasSecret("token")) {
            admin.problem(
                    "addr", "can be reached from other machines: that needs a 'token' beside it");
        }
        requireLength(admin, "token", token);
        return new TarnConfig.Admin(address, token);
    }

    /// What others have to show must not be guessed.
    static void requireLength(Section section, String key, Optional<Secret> secret) {
        secret.filter(it -> it.reveal().length() < TOKEN_LENGTH_MIN)
                .ifPresent(_ ->
                        section.problem(
                                key, "must have at least " + TOKEN_LENGTH_MIN + " characters"));
    }
}
