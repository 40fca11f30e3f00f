package dev.tarn.bench.scenario;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.fixture.Fixtures;
import dev.tarn.bench.fixture.Image;
import dev.tarn.bench.fixture.Shelf;
import dev.tarn.bench.load.Connection;
import dev.tarn.bench.load.ImagePull;
import dev.tarn.bench.report.Sheet;
import dev.tarn.bench.server.Peer;
import dev.tarn.bench.server.Server;
import dev.tarn.bench.upstream.FakeUpstream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What most scenarios set up: an upstream, what it has, and servers in front of it.
final class Stand implements AutoCloseable {

    private static final Duration LONG = Duration.ofMinutes(5);
    private static final int TRIES_MAX = 10;

    private final Fixtures fixtures;
    private final Shelf shelf = new Shelf();
    private final FakeUpstream upstream;
    private final List<Server> servers = new ArrayList<>();

    private Stand(Bench bench, long seed) throws IOException {
        this.fixtures = bench.fixtures(seed);
        this.upstream = new FakeUpstream(shelf);
    }

    /// With these peers as far as the user wants them, serving plain HTTP.
    static Stand open(Bench bench, long seed, Peer... peers) throws IOException {
        Stand stand = new Stand(bench, seed);
        for (Peer peer : bench.chosen(peers)) {
            stand.servers.add(bench.lab().start(peer, stand.upstreamUrl()));
        }
        return stand;
    }

    /// The same, serving HTTPS.
    static Stand openTls(Bench bench, long seed, Peer... peers) throws IOException {
        Stand stand = new Stand(bench, seed);
        for (Peer peer : bench.chosen(peers)) {
            stand.servers.add(bench.lab().startTls(peer, stand.upstreamUrl()));
        }
        return stand;
    }

    Fixtures fixtures() {
        return fixtures;
    }

    Shelf shelf() {
        return shelf;
    }

    FakeUpstream upstream() {
        return upstream;
    }

    String upstreamUrl() {
        return "http://127.0.0.1:" + upstream.port();
    }

    List<Server> servers() {
        return servers;
    }

    void warm(String path, Blob blob) throws IOException {
        warm(Map.of(path, blob));
    }

    /// Pulls through every server until it asks the upstream for them no more.
    ///
    /// @param blobs what to pull, by its path
    void warm(Map<String, Blob> blobs) throws IOException {
        for (Server server : servers) {
            warm(server, blobs);
        }
    }

    void warm(Server server, Map<String, Blob> blobs) throws IOException {
        server.stock(shelf);
        for (int tries = 0; tries < TRIES_MAX; tries++) {
            long before = upstream.traffic().blobRequests();
            for (Map.Entry<String, Blob> blob : blobs.entrySet()) {
                pull(server, blob.getKey(), blob.getValue());
            }
            if (upstream.traffic().blobRequests() == before) {
                return;
            }
            server.awaitQuiet();
        }
        throw new IOException(server.label() + " does not keep " + blobs.keySet());
    }

    Optional<Server> find(String label) {
        return servers.stream().filter(server -> server.label().equals(label)).findFirst();
    }

    /// Lets every server fetch and serve an image over a fast link, so that what comes next does
    /// not measure how it wakes up. Each is quiet before it is asked again: docker-registry answers
    /// 500 for what it is just storing.
    void warmUp() throws IOException {
        Image image = fixtures.image(Collections.nCopies(5, 20_000_000L));
        shelf.add(image, "warm-up");
        for (Server server : servers) {
            for (int i = 0; i < 3; i++) {
                new ImagePull(server.endpoint(), image, "warm-up", LONG).run();
                server.awaitQuiet();
            }
        }
    }

    /// Takes a sample that is shown for information: a peer that breaks down does not end the run.
    static void inform(Sheet sheet, Server server, Bench.Sample<Server> sample) throws IOException {
        try {
            sample.take(server);
        } catch (IOException e) {
            if (server.peer() == Peer.TARN) {
                throw e;
            }
            sheet.note("%s: %s".formatted(server.label(), e.getMessage()));
        }
    }

    /// One verified pull.
    static void pull(Server server, String path, Blob blob) throws IOException {
        try (Connection connection = Connection.open(server.endpoint(), LONG)) {
            connection.get(path, blob);
        }
    }

    @Override
    public void close() throws IOException {
        servers.forEach(Server::close);
        upstream.close();
        fixtures.close();
    }
}
