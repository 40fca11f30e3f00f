package dev.tarn.upstream;

import dev.tarn.oci.Accept;
import dev.tarn.oci.ByteRange;
import dev.tarn.oci.Digest;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.Reference;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.RepositoryName;
import dev.tarn.oci.Secret;
import dev.tarn.pull.Source;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ResourceLeakDetector;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/// What a test of the upstream client needs besides a `FakeRegistry`: a network with short budgets,
/// in which the test says what names mean and which addresses are public.
final class Strangers implements AutoCloseable {
    static final RepositoryName APP = new RepositoryName("library/app");
    static final String USERNAME = "alice";
    static final String PASSWORD = "open-sesame-4711";
    static final Budgets SHORT =
            new Budgets(
                    Duration.ofSeconds(3),
                    Duration.ofMillis(700),
                    Duration.ofMillis(700),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(20));

    static {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    }

    private final Map<String, List<InetAddress>> names = new ConcurrentHashMap<>();
    private final Map<InetAddress, AddressKind> kinds = new ConcurrentHashMap<>();
    private final List<Network> networks = new ArrayList<>();
    private Budgets budgets = SHORT;
    private ProxySettings proxies = ProxySettings.NONE;
    private Optional<Path> ca = Optional.empty();
    private Optional<Credentials> credentials = Optional.empty();
    private List<String> allowedHosts = List.of();
    private int connections = 4;
    private Duration negativeTtl = Duration.ZERO;
    private ByteBufAllocator allocator = ByteBufAllocator.DEFAULT;
    private SslProvider provider = Trust.fastestProvider();

    /// From now on this name has these addresses.
    Strangers name(String name, String... addresses) {
        names.put(name, List.of(addresses).stream().map(Strangers::address).toList());
        return this;
    }

    /// An address of this machine that counts as somebody's on the internet.
    Strangers isPublic(String address) {
        kinds.put(address(address), AddressKind.PUBLIC);
        return this;
    }

    Strangers budgets(Budgets budgets) {
        this.budgets = budgets;
        return this;
    }

    Strangers proxies(Map<String, String> environment) {
        this.proxies = ProxySettings.of(environment);
        return this;
    }

    Strangers ca(Path ca) {
        this.ca = Optional.of(ca);
        return this;
    }

    Strangers credentials() {
        this.credentials = Optional.of(new Credentials(USERNAME, new Secret(PASSWORD)));
        return this;
    }

    Strangers allowed(String... hosts) {
        this.allowedHosts = List.of(hosts);
        return this;
    }

    Strangers provider(SslProvider provider) {
        this.provider = provider;
        return this;
    }

    Strangers allocator(ByteBufAllocator allocator) {
        this.allocator = allocator;
        return this;
    }

    Strangers connections(int connections) {
        this.connections = connections;
        return this;
    }

    Strangers negativeTtl(Duration ttl) {
        this.negativeTtl = ttl;
        return this;
    }

    HttpUpstream upstream(FakeRegistry... registries) {
        return upstream(
                Arrays.stream(registries)
                        .map(registry -> registry.uri().toString())
                        .toArray(String[]::new));
    }

    HttpUpstream upstream(String... urls) {
        Network network =
                new Network(
                        proxies,
                        this::resolve,
                        address -> kinds.getOrDefault(address, AddressKind.of(address)),
                        budgets,
                        () -> provider,
                        () -> allocator);
        networks.add(network);
        UpstreamConfig config =
                new UpstreamConfig(
                        new RegistryHost("fake.example"),
                        Arrays.stream(urls).map(URI::create).toList(),
                        UpstreamConfig.TAG_TTL,
                        negativeTtl,
                        UpstreamConfig.RATE_LIMIT_RESERVE,
                        ca,
                        credentials,
                        allowedHosts,
                        connections);
        return new HttpUpstream(config, network);
    }

    private List<InetAddress> resolve(String name) throws UnknownHostException {
        List<InetAddress> addresses = names.get(name);
        if (addresses == null) {
            throw new UnknownHostException(name);
        }
        return addresses;
    }

    static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    static RawManifest pull(HttpUpstream upstream, String reference) throws InterruptedException {
        return upstream.fetchManifest(APP, Reference.parse(reference), Accept.ANYTHING);
    }

    static byte[] pullBlob(HttpUpstream upstream, Digest digest) throws InterruptedException {
        return pullBlob(upstream, digest, ByteRange.whole());
    }

    static byte[] pullBlob(HttpUpstream upstream, Digest digest, ByteRange range)
            throws InterruptedException {
        try (Source.Fetch fetch = upstream.source(APP, digest).fetch(range)) {
            return readAll(fetch);
        }
    }

    static byte[] readAll(Source.Fetch fetch) throws InterruptedException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        boolean isMore = true;
        while (isMore) {
            isMore =
                    fetch.next(pieces -> {
                        for (ByteBuffer piece : pieces) {
                            byte[] part = new byte[piece.remaining()];
                            piece.get(part);
                            all.writeBytes(part);
                        }
                    });
        }
        return all.toByteArray();
    }

    /// Bytes that depend on their position.
    static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    @Override
    public void close() {
        networks.forEach(Network::close);
    }
}
