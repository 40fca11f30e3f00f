package dev.tarn.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.fixture.Fixtures;
import dev.tarn.bench.fixture.Image;
import dev.tarn.bench.fixture.Shelf;
import dev.tarn.bench.upstream.FakeUpstream;
import dev.tarn.bench.upstream.Link;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The client and the fake upstream, against each other.
class ConnectionTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final Shelf shelf = new Shelf();
    private final Fixtures fixtures;
    private final FakeUpstream upstream;
    private final Endpoint endpoint;

    ConnectionTest(@TempDir Path folder) throws IOException {
        fixtures = new Fixtures(folder, 1);
        upstream = new FakeUpstream(shelf);
        endpoint = new Endpoint(upstream.port(), false);
    }

    @BeforeEach
    void stock() throws IOException {
        shelf.add(fixtures.image(List.of(3_000_000L, 10L)), "latest");
    }

    @AfterEach
    void close() throws IOException {
        upstream.close();
        fixtures.close();
    }

    @Test
    void pullsAnImageAndCountsIt() throws IOException {
        Image image = fixtures.image(List.of(2_000_000L, 1_000L, 1L));
        shelf.add(image, "other");
        assertThat(new ImagePull(endpoint, image, "other", LONG).run()).isPositive();
        assertThat(upstream.traffic().blobBytes()).isEqualTo(image.blobBytes());
        assertThat(upstream.traffic().blobRequests()).isEqualTo(4);
    }

    @Test
    void oneWrongByteIsSeen() throws IOException {
        Blob sent = fixtures.blob(5_000_000);
        Blob expected = fixtures.blob(5_000_000);
        shelf.add(sent);
        try (Connection connection = Connection.open(endpoint, LONG)) {
            assertThatThrownBy(() -> connection.get(Shelf.pathOf(sent), expected))
                    .isInstanceOf(WrongByteException.class)
                    .hasMessageContaining("wrong byte");
        }
    }

    @Test
    void anotherLengthIsSeen() throws IOException {
        Blob sent = fixtures.blob(100);
        Blob expected = fixtures.blob(101);
        shelf.add(sent);
        try (Connection connection = Connection.open(endpoint, LONG)) {
            assertThatThrownBy(() -> connection.get(Shelf.pathOf(sent), expected))
                    .isInstanceOf(WrongByteException.class);
        }
    }

    @Test
    void whatIsNotThereIsSeen() throws IOException {
        Blob unknown = fixtures.blob(100);
        try (Connection connection = Connection.open(endpoint, LONG)) {
            assertThatThrownBy(() -> connection.get(Shelf.pathOf(unknown), unknown))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("404");
        }
    }

    @Test
    void linkIsAsFarAndAsSlowAsItShouldBe() throws IOException {
        Blob blob = fixtures.blob(1_000_000);
        shelf.add(blob);
        upstream.use(new Link(Duration.ofMillis(20), 5e6, Double.POSITIVE_INFINITY));
        try (Connection connection = Connection.open(endpoint, LONG)) {
            Answer answer = connection.get(Shelf.pathOf(blob), blob);
            assertThat(answer.firstByteMillis()).isGreaterThan(39); // to connect, and to ask
            assertThat(answer.seconds()).isGreaterThan(0.17);
        }
    }

    @Test
    void connectionIsCutWhenItsLifeIsOver() throws IOException {
        Blob blob = fixtures.blob(10_000_000);
        shelf.add(blob);
        upstream.use(new Link(Duration.ZERO, 1e6, 1e6));
        try (Connection connection = Connection.open(endpoint, Duration.ofMillis(100))) {
            assertThatThrownBy(() -> connection.get(Shelf.pathOf(blob), blob))
                    .isInstanceOf(IOException.class);
        }
    }
}
