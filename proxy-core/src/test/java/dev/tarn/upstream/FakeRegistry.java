package dev.tarn.upstream;

import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.oci.MediaType;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.RegistryHost;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// A scripted registry on loopback. It answers as a registry should, until faults are injected; it
/// writes down every request, and counts what it sends. One virtual thread accepts, one serves each
/// connection.
public final class FakeRegistry implements AutoCloseable {

    private record Injected(Fault fault, Predicate<FakeRequest> when, AtomicInteger remaining) {

        boolean isDue(FakeRequest request) {
            return when.test(request) && remaining.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
        }
    }

    private final InetAddress address;
    private final @Nullable SSLContext tls;
    private final FakeContent content = new FakeContent();
    private final List<Injected> faults = new CopyOnWriteArrayList<>();
    private final Queue<FakeRequest> requests = new ConcurrentLinkedQueue<>();
    private final Queue<IOException> losses = new ConcurrentLinkedQueue<>();
    private final Set<FakeConnection> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicLong bytesSent = new AtomicLong();
    private final Map<Digest, AtomicLong> bytesSentByDigest = new ConcurrentHashMap<>();
    private final FakePace sharedPace = new FakePace();
    private final int port;
    private volatile long sharedBytesPerSecond = FakeAnswer.NEVER;
    private volatile Optional<FakeAuth> auth = Optional.empty();
    private volatile Optional<FakeAuth> issuing = Optional.empty();
    private volatile ServerSocket listener;
    private volatile Thread acceptor;

    private FakeRegistry(InetAddress address, @Nullable SSLContext tls) throws IOException {
        this.address = address;
        this.tls = tls;
        this.listener = listen(0);
        this.acceptor = startAccepting(listener);
        this.port = listener.getLocalPort();
    }

    public static FakeRegistry start() {
        return startOn("127.0.0.1");
    }

    /// On another address of this machine, such as `127.0.0.2` or `::1`.
    public static FakeRegistry startOn(String address) {
        return start(address, null);
    }

    /// On 127.0.0.1, speaking TLS with what `tls` holds.
    public static FakeRegistry startTls(SSLContext tls) {
        return start("127.0.0.1", tls);
    }

    public static FakeRegistry start(String address, @Nullable SSLContext tls) {
        try {
            return new FakeRegistry(InetAddress.getByName(address), tls);
        } catch (IOException e) {
            throw new UncheckedIOException("no listener on " + address, e);
        }
    }

    // Where it is.

    public URI uri() {
        return URI.create((tls == null ? "http" : "https") + "://" + authority());
    }

    /// Its own address and port as the name by which clients would know it.
    public RegistryHost host() {
        return new RegistryHost(authority());
    }

    public int port() {
        return port;
    }

    private String authority() {
        String text = NetUtil.toAddressString(address);
        return (text.indexOf(':') >= 0 ? "[" + text + "]" : text) + ":" + port;
    }

    // What it holds.

    public Digest addBlob(String name, byte[] bytes) {
        Digest digest = Digest.of(Digest.Algorithm.SHA256, bytes);
        content.addBlob(name, digest, bytes);
        return digest;
    }

    /// Under any digest: a lie, unless it is the bytes' own.
    public void addBlob(String name, Digest digest, byte[] bytes) {
        content.addBlob(name, digest, bytes);
    }

    public void removeBlob(String name, Digest digest) {
        content.removeBlob(name, digest);
    }

    public Digest addManifest(String name, MediaType mediaType, byte[] bytes) {
        return addManifest(name, mediaType, Digest.Algorithm.SHA256, bytes);
    }

    public Digest addManifest(
            String name, MediaType mediaType, Digest.Algorithm algorithm, byte[] bytes) {
        RawManifest manifest = RawManifest.of(mediaType, algorithm, bytes);
        content.addManifest(name, manifest);
        return manifest.digest();
    }

    public void tag(String name, String tag, Digest digest) {
        content.tag(name, tag, digest);
    }

    public void removeTag(String name, String tag) {
        content.removeTag(name, tag);
    }

    /// The referrers of a manifest, as index documents, one a page. Without this they are a 404.
    public void setReferrers(String name, Digest subject, byte[]... pages) {
        content.setReferrers(name, subject, List.of(pages));
    }

    /// An image with layers of these sizes, of random bytes that `seed` determines, under a tag.
    public FakeImage addImage(String name, String tag, long seed, int... layerSizes) {
        Random random = new Random(seed);
        Descriptor config =
                addBlob(
                        name,
                        "application/vnd.oci.image.config.v1+json",
                        ("{\"architecture\":\"amd64\",\"os\":\"linux\",\"seed\":" + seed + "}")
                                .getBytes(StandardCharsets.UTF_8));
        List<Descriptor> layers = new ArrayList<>();
        for (int size : layerSizes) {
            byte[] bytes = new byte[size];
            random.nextBytes(bytes);
            layers.add(addBlob(name, "application/vnd.oci.image.layer.v1.tar+gzip", bytes));
        }
        Descriptor manifest =
                addManifest(name, MediaType.OCI_MANIFEST, FakeImage.manifestJson(config, layers));
        tag(name, tag, manifest.digest());
        return new FakeImage(manifest, config, layers);
    }

    /// An index of images, under a tag.
    public Descriptor addIndex(String name, String tag, FakeImage... images) {
        List<Descriptor> manifests = List.of(images).stream().map(FakeImage::manifest).toList();
        Descriptor index = addManifest(name, MediaType.OCI_INDEX, FakeImage.indexJson(manifests));
        tag(name, tag, index.digest());
        return index;
    }

    private Descriptor addBlob(String name, String mediaType, byte[] bytes) {
        return new Descriptor(new MediaType(mediaType), addBlob(name, bytes), bytes.length);
    }

    private Descriptor addManifest(String name, MediaType mediaType, String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return new Descriptor(mediaType, addManifest(name, mediaType, bytes), bytes.length);
    }

    // What is wrong with it.

    /// From now on every answer has this fault.
    public void inject(Fault fault) {
        inject(fault, _ -> true);
    }

    /// From now on the answers to these requests have this fault.
    public void inject(Fault fault, Predicate<FakeRequest> when) {
        inject(Integer.MAX_VALUE, fault, when);
    }

    /// The next so many answers to these requests have this fault.
    public void inject(int times, Fault fault, Predicate<FakeRequest> when) {
        faults.add(new Injected(fault, when, new AtomicInteger(times)));
    }

    /// Takes back every fault.
    public void heal() {
        faults.clear();
    }

    /// All connections together send bodies no faster than this.
    public void limitRate(long bytesPerSecond) {
        sharedBytesPerSecond = bytesPerSecond;
    }

    /// Answers only those who are asked for by this.
    public void require(FakeAuth auth) {
        this.auth = Optional.of(auth);
    }

    /// Hands out tokens of `tokens` to whoever asks for `/token`, whatever it requires itself.
    public void issue(FakeAuth tokens) {
        issuing = Optional.of(tokens);
    }

    /// Stops listening and drops every connection: whoever dials is refused.
    public void stop() {
        try {
            listener.close();
            acceptor.join(); // the port is taken until a virtual thread that accepts has noticed
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("cannot stop", e);
        }
        dropConnections();
    }

    /// Listens again, on the same port.
    public void restart() {
        try {
            listener = listen(port);
            acceptor = startAccepting(listener);
        } catch (IOException e) {
            throw new UncheckedIOException("no listener on " + authority(), e);
        }
    }

    /// Closes every connection, whatever it is doing, as a server that is tired of idle ones does.
    public void dropConnections() {
        open.forEach(connection -> {
            try {
                connection.close();
            } catch (IOException e) {
                losses.add(e);
            }
        });
    }

    // What happened to it.

    /// Every request so far, in order.
    public List<FakeRequest> requests() {
        return List.copyOf(requests);
    }

    public List<FakeRequest> requests(Predicate<FakeRequest> which) {
        return requests.stream().filter(which).toList();
    }

    /// How many connections were accepted.
    public int connections() {
        return connections.get();
    }

    public int openConnections() {
        return open.size();
    }

    /// Body bytes of all answers.
    public long bytesSent() {
        return bytesSent.get();
    }

    /// Body bytes of answers about this blob or manifest.
    public long bytesSent(Digest digest) {
        return bytesSentByDigest.getOrDefault(digest, new AtomicLong()).get();
    }

    // How it works.

    private ServerSocket listen(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(address, port), 1_024);
        return socket;
    }

    private Thread startAccepting(ServerSocket socket) {
        return Thread.ofVirtual().name("fake registry").start(() -> accept(socket));
    }

    private void accept(ServerSocket socket) {
        try (socket) {
            while (true) {
                Socket plain = socket.accept();
                plain.setTcpNoDelay(true);
                FakeConnection connection =
                        new FakeConnection(
                                this,
                                connections.incrementAndGet(),
                                plain,
                                tls == null ? plain : encrypted(plain));
                open.add(connection);
                var _ = Thread.ofVirtual().start(() -> serve(connection));
            }
        } catch (IOException e) {
            if (!socket.isClosed()) {
                losses.add(e);
            }
        }
    }

    private void serve(FakeConnection connection) {
        try {
            connection.serve();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Socket encrypted(Socket plain) throws IOException {
        SSLSocket socket =
                (SSLSocket)
                        Objects.requireNonNull(tls)
                                .getSocketFactory()
                                .createSocket(plain, "client", plain.getPort(), true);
        socket.setUseClientMode(false);
        return socket;
    }

    FakeAnswer answer(FakeRequest request) {
        requests.add(request);
        FakeAnswer answer = rightAnswer(request);
        faults.stream()
                .filter(injected -> injected.isDue(request))
                .forEach(injected -> injected.fault().spoil(answer));
        return answer;
    }

    private FakeAnswer rightAnswer(FakeRequest request) {
        if (request.path().equals("/token")) {
            return issuing.or(() -> auth)
                    .map(tokens -> tokens.token(request))
                    .orElseGet(() -> FakeAnswer.error(404, "UNSUPPORTED"));
        }
        String scope = content.scope(request);
        if (auth.isPresent() && !auth.get().isSatisfied(request, scope)) {
            return auth.get().challenge(uri().toString(), scope);
        }
        return content.answer(request);
    }

    Duration reserve(int bytes) {
        return sharedPace.reserve(bytes, sharedBytesPerSecond);
    }

    long rate() {
        return sharedBytesPerSecond;
    }

    void sent(@Nullable Digest digest, int bytes) {
        bytesSent.addAndGet(bytes);
        if (digest != null) {
            bytesSentByDigest.computeIfAbsent(digest, _ -> new AtomicLong()).addAndGet(bytes);
        }
    }

    void forget(FakeConnection connection) {
        open.remove(connection);
    }

    /// A connection ended otherwise than between two requests.
    void lost(IOException reason) {
        losses.add(reason);
    }

    public List<IOException> losses() {
        return List.copyOf(losses);
    }

    @Override
    public void close() {
        stop();
    }
}
