package dev.tarn.pull;

import static dev.tarn.pull.Reading.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tarn.oci.ByteRange;
import dev.tarn.oci.Digest;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
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
        return download(
                source(), new Environment(store, DownloadConfig.DEFAULT, Ticker.SYSTEM), observer);
    }

    private Source source() {
        Digest digest = upstream.addBlob("a/one", bytes);
        return upstream.source(upstream.target("a/one").name(), digest);
    }

    private Download download(Source source, Environment environment, Download.Observer observer) {
        int connections = environment.config().connections();
        return new Download(
                Digest.of(Digest.Algorithm.SHA256, bytes),
                upstream.target("a/one").repository(),
                source,
                ByteRange.whole(),
                environment,
                new Sluice(new Sluice.All(64), connections, connections, environment.ticker()),
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
            earlier.write(0, ByteBuffer.wrap(bytes, 0, kept));
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

    /// All others wait for it to take what it has, but not for ever.
    @Test
    void aReaderThatTakesNothingKeepsNobodyFromGoingOn() throws Exception {
        CountDownLatch opened = new CountDownLatch(1);
        CountDownLatch waiting = new CountDownLatch(2); // the supervisor, and who starts last
        Source source = source();
        Semaphore pieces = upstream.hold();
        Download download =
                download(
                        range -> {
                            waiting.await();
                            return source.fetch(range);
                        },
                        new Environment(store, DownloadConfig.DEFAULT, new WatchedTicker(waiting)),
                        new NobodyWatches() {
                            @Override
                            public void opened() {
                                opened.countDown();
                            }
                        });
        try (BlobContent reader = download.join(ByteRange.whole()).orElseThrow()) {
            download.start();
            pieces.release();
            assertThat(reader.awaitReadable(0)).isPositive();
            opened.await();

            pieces.release(SIZE);
            assertThat(read(reader, ByteRange.whole())).isEqualTo(bytes);
        }
        download.awaitEnd();
    }

    @Test
    void theSourceIsAskedWhileTheFileIsBeingMade() throws Exception {
        FullBlobStore slow = new FullBlobStore();
        slow.opens = new CountDownLatch(1);
        Source source = source();
        Download download =
                download(
                        range -> {
                            slow.opens.countDown();
                            return source.fetch(range);
                        },
                        new Environment(slow, DownloadConfig.DEFAULT, Ticker.SYSTEM),
                        new NobodyWatches());
        try (BlobContent reader = download.join(ByteRange.whole()).orElseThrow()) {
            download.start();
            assertThat(read(reader, ByteRange.whole())).isEqualTo(bytes);
        }
        download.awaitEnd();
    }

    /// By a clock that stands still, what is put off for a time is put off for ever.
    @Test
    void moreIsAskedForOnceTheFirstBytesAreTaken() throws Exception {
        DownloadConfig config = new DownloadConfig(SIZE / 10, 2, 64, 0, Duration.ofSeconds(30));
        Source source = source();
        Semaphore pieces = upstream.hold();
        Download download =
                download(
                        source,
                        new Environment(store, config, new StoppedTicker()),
                        new NobodyWatches());
        try (BlobContent reader = download.join(ByteRange.whole()).orElseThrow()) {
            download.start();
            pieces.release();
            long end = reader.awaitReadable(0);
            await().during(Duration.ofMillis(100)).until(() -> upstream.ranges.size() == 1);

            Thread next = Thread.ofVirtual().start(() -> readOn(reader, end));
            await().until(() -> upstream.ranges.size() == 2);

            pieces.release(SIZE);
            next.join();
            assertThat(read(reader, ByteRange.whole())).isEqualTo(bytes);
        }
        download.awaitEnd();
    }

    private static void readOn(BlobContent reader, long position) {
        try {
            assertThat(reader.awaitReadable(position)).isGreaterThan(position);
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts it", e);
        }
    }

    /// Tells when somebody waits by it.
    private record WatchedTicker(CountDownLatch waiting) implements Ticker {

        @Override
        public long nanos() {
            return SYSTEM.nanos();
        }

        @Override
        public void await(Lock lock, Condition condition, long nanos) throws InterruptedException {
            waiting.countDown();
            SYSTEM.await(lock, condition, nanos);
        }
    }

    private record StoppedTicker() implements Ticker {

        @Override
        public long nanos() {
            return 0;
        }

        @Override
        @SuppressWarnings("WaitNotInLoop") // the caller loops
        public void await(Lock lock, Condition condition, long nanos) throws InterruptedException {
            condition.await();
        }
    }
}
