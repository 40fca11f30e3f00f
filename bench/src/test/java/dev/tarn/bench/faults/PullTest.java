package dev.tarn.bench.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.fixture.Fixtures;
import dev.tarn.bench.fixture.Shelf;
import dev.tarn.bench.load.Endpoint;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A client that asks a faulty upstream without a mirror between them: each fault arrives, and the
/// client calls it by its name.
@Timeout(30)
class PullTest {

    private static final long SIZE = 100_000;

    @TempDir private Path folder;
    private Fixtures fixtures;
    private FaultyUpstream upstream;
    private Pull pull;

    @BeforeEach
    void start() throws IOException {
        fixtures = new Fixtures(folder.resolve("blobs"), 1);
        upstream = new FaultyUpstream(new Shelf());
        Blob blob = fixtures.blob(SIZE);
        upstream.shelf().add(blob);
        pull = Pull.of(new Endpoint(URI.create(upstream.url()).getPort(), false), blob);
    }

    @AfterEach
    void stop() throws IOException {
        upstream.close();
        fixtures.close();
    }

    private Pulled.Kind kindWith(Fault fault) {
        upstream.follow(_ -> fault);
        return pull.run().kind();
    }

    @Test
    void whatIsRightIsRight() {
        assertThat(pull.run().kind()).isEqualTo(Pulled.Kind.RIGHT);
        assertThat(pull.ranged(500, 1_500).run().kind()).isEqualTo(Pulled.Kind.RIGHT);
        assertThat(pull.ranged(500, SIZE + 10).run().bytes()).isEqualTo(SIZE - 500);
        assertThat(upstream.blobBytes()).isEqualTo(SIZE + 1_000 + SIZE - 500);
    }

    @Test
    void aCompleteAnswerWithOtherBytesOrAnotherLengthIsWrong() {
        assertThat(kindWith(Fault.flip(0))).isEqualTo(Pulled.Kind.WRONG);
        assertThat(kindWith(Fault.flip(SIZE - 1))).isEqualTo(Pulled.Kind.WRONG);
        assertThat(kindWith(Fault.grown(-1))).isEqualTo(Pulled.Kind.WRONG);
        assertThat(kindWith(Fault.grown(1))).isEqualTo(Pulled.Kind.WRONG);
        assertThat(kindWith(Fault.lengthOff(-7))).isEqualTo(Pulled.Kind.WRONG);
    }

    @Test
    void anAnswerThatEndsEarlyIsCutWhateverItsBytes() {
        assertThat(kindWith(Fault.cut(0))).isEqualTo(Pulled.Kind.CUT);
        assertThat(kindWith(Fault.cut(SIZE - 1))).isEqualTo(Pulled.Kind.CUT);
        assertThat(kindWith(Fault.reset(SIZE / 2))).isEqualTo(Pulled.Kind.CUT);
        assertThat(kindWith(Fault.lengthOff(7))).isEqualTo(Pulled.Kind.CUT);
        upstream.follow(_ -> Fault.stall(SIZE / 2));
        Pulled stalled = pull.within(Duration.ofMillis(300)).run();
        assertThat(stalled.kind()).isEqualTo(Pulled.Kind.CUT);
        assertThat(stalled.bytes()).isEqualTo(SIZE / 2);
    }

    @Test
    void anErrorIsARefusalAndSilenceALoss() throws IOException {
        upstream.follow(_ -> Fault.refusal(503, 2));
        Pulled refused = pull.run();
        assertThat(refused.kind()).isEqualTo(Pulled.Kind.REFUSED);
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.detail()).contains("Retry-After: 2");
        upstream.kill();
        assertThat(pull.run().kind()).isEqualTo(Pulled.Kind.LOST);
        upstream.heal();
        upstream.revive();
        assertThat(pull.run().kind()).isEqualTo(Pulled.Kind.RIGHT);
    }

    @Test
    void anUpstreamThatIgnoresRangesSendsEverything() {
        upstream.follow(_ -> Fault.NONE.ignoringRange());
        Pulled whole = pull.ranged(500, 600).run();
        assertThat(whole.status()).isEqualTo(200);
        assertThat(whole.bytes()).isEqualTo(SIZE);
    }

    @Test
    void whoLeavesHasLeftAndCredentialsAreNoticed() {
        assertThat(pull.leavingAfter(1).run().kind()).isEqualTo(Pulled.Kind.LEFT);
        assertThat(upstream.credentials()).isEqualTo(1);
    }
}
