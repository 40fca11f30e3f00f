package dev.tarn.pull;

import static dev.tarn.pull.Reading.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.oci.ByteRange;
import dev.tarn.oci.Digest;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a reader's first byte does not wait for.
@Timeout(20)
class FirstByteTest {

    private static final int SIZE = 100_000;

    private final ScriptedUpstream upstream = new ScriptedUpstream("registry.test");
    private final byte[] bytes = ScriptedUpstream.randomBytes(SIZE, 1);
    private final InMemoryBlobStore store = new InMemoryBlobStore();

    private Download download(Download.Observer observer) {
        Target target = upstream.target("a/one");
        Digest digest = upstream.addBlob("a/one", bytes);
        return new Download(
                digest,
                target.repository(),
                upstream.source(target.name(), digest),
                ByteRange.whole(),
                new Environment(store, DownloadConfig.DEFAULT, Ticker.SYSTEM),
                new Sluice(1, 1, Ticker.SYSTEM),
                observer);
    }

    @Test
    void aNoteThatTakesLongKeepsNoReaderFromItsFirstByte() throws Exception {
        CountDownLatch noted = new CountDownLatch(1);
        Download download =
                download(
                        new NobodyWatches() {
                            @Override
                            public void opened() {
                                try {
                                    noted.await();
                                } catch (InterruptedException e) {
                                    throw new IllegalStateException("nobody interrupts it", e);
                                }
                            }
                        });
        try (BlobContent reader = download.join(ByteRange.whole()).orElseThrow()) {
            download.start();
            assertThat(reader.awaitReadable(0)).isPositive();

            noted.countDown();
            assertThat(read(reader, ByteRange.whole())).isEqualTo(bytes);
        }
        download.awaitEnd();
    }

    /// Whoever answers a request looks first whether there is anything, and then again, to send it.
    @Test
    void aReaderIsNewUntilItHasTakenSomething() throws Exception {
        Download download = download(new NobodyWatches());
        try (BlobContent reader = download.join(ByteRange.whole()).orElseThrow()) {
            DownloadReader own = (DownloadReader) reader;
            download.start();

            assertThat(reader.awaitReadable(0)).isPositive();
            assertThat(reader.awaitReadable(0)).isPositive();
            assertThat(own.isNew()).isTrue();
            assertThat(reader.awaitReadable(1)).isPositive();
            assertThat(own.isNew()).isFalse();
        }
        download.awaitEnd();
    }

    /// What an earlier download has left is there at once, and needs a source's word only.
    @Test
    void whatIsHereAlreadyDoesNotWaitForWhatIsNot() throws Exception {
        int kept = SIZE / 2;
        Digest digest = Digest.of(Digest.Algorithm.SHA256, bytes);
        try (IncomingBlob earlier = store.begin(digest)) {
            earlier.write(ByteBuffer.wrap(bytes, 0, kept), 0);
            Spans spans = new Spans();
            spans.add(0, kept);
            earlier.keep(new IncomingBlob.Remainder(SIZE, spans));
        }
        Semaphore pieces = upstream.hold();
        Download download = download(new NobodyWatches());
        try (BlobContent reader = download.join(ByteRange.whole()).orElseThrow()) {
            download.start();
            assertThat(reader.awaitReadable(0)).isEqualTo(kept);

            pieces.release(SIZE);
            assertThat(read(reader, ByteRange.whole())).isEqualTo(bytes);
        }
        download.awaitEnd();
    }
}
