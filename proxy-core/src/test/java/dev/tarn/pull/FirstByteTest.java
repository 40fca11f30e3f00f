package dev.tarn.pull;

import static dev.tarn.pull.Reading.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.oci.ByteRange;
import dev.tarn.oci.Digest;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a reader's first byte does not wait for.
@Timeout(20)
class FirstByteTest {

    private static final int SIZE = 100_000;

    private final ScriptedUpstream upstream = new ScriptedUpstream("registry.test");
    private final byte[] bytes = ScriptedUpstream.randomBytes(SIZE, 1);

    private Download download(Download.Observer observer) {
        Target target = upstream.target("a/one");
        Digest digest = upstream.addBlob("a/one", bytes);
        return new Download(
                digest,
                target.repository(),
                upstream.source(target.name(), digest),
                ByteRange.whole(),
                new InMemoryBlobStore(),
                DownloadConfig.DEFAULT,
                new Sluice(1, 1),
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
}
