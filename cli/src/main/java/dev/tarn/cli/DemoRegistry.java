package dev.tarn.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tarn.oci.ByteRange;
import dev.tarn.oci.ContentRange;
import dev.tarn.oci.Digest;
import dev.tarn.oci.MediaType;
import dev.tarn.oci.RegistryException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// A registry that holds one image and is reached over a slow link. Each request has a virtual
/// thread.
final class DemoRegistry implements AutoCloseable {

    private static final String API = "/v2/";
    private static final String MANIFESTS = API + DemoImage.REPOSITORY + "/manifests/";
    private static final String BLOBS = API + DemoImage.REPOSITORY + "/blobs/";
    private static final MediaType BYTES = new MediaType("application/octet-stream");

    private final DemoImage image;
    private final SlowLink link;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private DemoRegistry(DemoImage image, SlowLink link, HttpServer server) {
        this.image = image;
        this.link = link;
        this.server = server;
    }

    static DemoRegistry start(DemoImage image, SlowLink link) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        DemoRegistry registry = new DemoRegistry(image, link, server);
        server.createContext("/", registry::handle);
        server.setExecutor(registry.threads);
        server.start();
        return registry;
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            link.awaitLatency();
            answer(exchange, exchange.getRequestURI().getPath());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the demo registry stops");
        }
    }

    private void answer(HttpExchange exchange, String path)
            throws IOException, InterruptedException {
        if (path.equals(API)) {
            exchange.sendResponseHeaders(200, -1);
        } else if (path.startsWith(MANIFESTS) && isManifest(path.substring(MANIFESTS.length()))) {
            ByteBuffer manifest = image.manifest().bytes();
            send(exchange, image.manifest().digest(), image.manifest().mediaType(), manifest);
        } else if (path.startsWith(BLOBS)) {
            Optional<Digest> digest = blob(path.substring(BLOBS.length()));
            if (digest.isPresent()) {
                byte[] blob = image.blobs().get(digest.get());
                send(exchange, digest.get(), BYTES, ByteBuffer.wrap(blob));
            } else {
                exchange.sendResponseHeaders(404, -1);
            }
        } else {
            exchange.sendResponseHeaders(404, -1);
        }
    }

    private boolean isManifest(String reference) {
        return reference.equals(DemoImage.TAG)
                || reference.equals(image.manifest().digest().toString());
    }

    private Optional<Digest> blob(String text) {
        return image.blobs().keySet().stream()
                .filter(digest -> digest.toString().equals(text))
                .findFirst();
    }

    private void send(HttpExchange exchange, Digest digest, MediaType type, ByteBuffer bytes)
            throws IOException, InterruptedException {
        ContentRange range = ContentRange.whole(bytes.remaining());
        String asked = exchange.getRequestHeaders().getFirst("Range");
        if (asked != null) {
            try {
                range = ByteRange.parse(asked).orElse(ByteRange.whole()).of(range.size());
            } catch (RegistryException.RangeUnsatisfiable e) {
                exchange.getResponseHeaders().set("Content-Range", "bytes */" + e.size());
                exchange.sendResponseHeaders(416, -1);
                return;
            }
            exchange.getResponseHeaders().set("Content-Range", range.header());
        }
        exchange.getResponseHeaders().set("Accept-Ranges", "bytes");
        exchange.getResponseHeaders().set("Content-Type", type.text());
        exchange.getResponseHeaders().set("Docker-Content-Digest", digest.toString());
        int status = asked == null ? 200 : 206;
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", Long.toString(range.length()));
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, range.length());
        try (OutputStream out = exchange.getResponseBody()) {
            link.send(digest, bytes.slice((int) range.start(), (int) range.length()), out);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        threads.close();
    }
}
