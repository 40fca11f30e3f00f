package dev.tarn.pull;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ZERO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.tarn.oci.Digest;
import dev.tarn.pull.IncomingBlob.Remainder;
import dev.tarn.pull.Spans.Span;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// What every `BlobStore` does.
public abstract class BlobStoreContract {

    protected static final byte[] BYTES = random(200_000, 1);
    protected static final Digest DIGEST = Digest.of(Digest.Algorithm.SHA256, BYTES);

    /// The store under test, empty at first; the same one during a test.
    protected abstract BlobStore store();

    @Test
    void aBlobThatNobodyBeganIsNotFound() {
        assertThat(store().find(DIGEST)).isEmpty();
    }

    @Test
    void aBlobNamedBySha512IsFoundWithItsBytes() throws Exception {
        Digest digest = Digest.of(Digest.Algorithm.SHA512, BYTES);

        commit(store(), digest, BYTES);

        assertThat(read(store(), digest)).isEqualTo(BYTES);
        assertThat(store().find(DIGEST)).isEmpty();
    }

    @Test
    void anEmptyBlobIsABlob() throws Exception {
        Digest digest = Digest.of(Digest.Algorithm.SHA256, new byte[0]);

        commit(store(), digest, new byte[0]);

        assertThat(read(store(), digest)).isEmpty();
    }

    @Test
    void anIncomingBlobIsNotFoundUntilItIsCommitted() throws Exception {
        try (IncomingBlob incoming = store().begin(DIGEST)) {
            assertThat(incoming.remainder()).isEmpty();
            assertThat(store().find(DIGEST)).isEmpty();
            incoming.write(0, ByteBuffer.wrap(BYTES));
            assertThat(store().find(DIGEST)).isEmpty();
            incoming.commit(BYTES.length, ZERO);
            assertThat(read(store(), DIGEST)).isEqualTo(BYTES);
        }
        assertThat(read(store(), DIGEST)).isEqualTo(BYTES);
    }

    @Test
    void piecesWrittenInAnyOrderMakeOneBlob() throws Exception {
        try (IncomingBlob incoming = store().begin(DIGEST)) {
            incoming.write(150_000, slice(150_000, 200_000));
            incoming.write(0, slice(0, 0), slice(0, 30_000), slice(30_000, 70_000));
            incoming.write(70_000, slice(70_000, 70_001), slice(70_001, 150_000));
            incoming.commit(BYTES.length, ZERO);
        }

        assertThat(read(store(), DIGEST)).isEqualTo(BYTES);
    }

    @Test
    void aWriteTakesAllOfTheBuffer() throws Exception {
        ByteBuffer buffer = ByteBuffer.allocateDirect(100).position(20).limit(90);
        try (IncomingBlob incoming = store().begin(DIGEST)) {
            incoming.write(0, buffer);
        }

        assertThat(buffer.position()).isEqualTo(90);
    }

    @Test
    void writersWriteSideBySide() throws Exception {
        int pieces = 20;
        int pieceBytes = BYTES.length / pieces;
        try (IncomingBlob incoming = store().begin(DIGEST)) {
            sideBySide(
                    pieces,
                    i -> {
                        int start = i * pieceBytes;
                        incoming.write(start, slice(start, start + pieceBytes));
                    });
            incoming.commit(BYTES.length, ZERO);
        }

        assertThat(read(store(), DIGEST)).isEqualTo(BYTES);
    }

    @Test
    void aReaderSeesWhatIsWrittenAfterItWasOpened() throws Exception {
        try (IncomingBlob incoming = store().begin(DIGEST);
                BlobReader reader = incoming.open()) {
            incoming.write(0, slice(0, 1_000));
            assertThat(read(reader, 0, 1_000)).isEqualTo(Arrays.copyOf(BYTES, 1_000));
            incoming.write(5_000, slice(5_000, 6_000));
            assertThat(read(reader, 5_500, 6_000))
                    .isEqualTo(Arrays.copyOfRange(BYTES, 5_500, 6_000));
        }
    }

    @Test
    void aReaderGoesOnThroughTheCommit() throws Exception {
        IncomingBlob incoming = store().begin(DIGEST);
        try (BlobReader reader = incoming.open()) {
            incoming.write(0, ByteBuffer.wrap(BYTES));
            incoming.commit(BYTES.length, ZERO);
            incoming.close();
            assertThat(read(reader, 0, BYTES.length)).isEqualTo(BYTES);
        }
    }

    @Test
    void aReaderCanBeOpenedAfterTheCommit() throws Exception {
        try (IncomingBlob incoming = store().begin(DIGEST)) {
            incoming.write(0, ByteBuffer.wrap(BYTES));
            incoming.commit(BYTES.length, ZERO);
            try (BlobReader reader = incoming.open()) {
                assertThat(read(reader, 0, BYTES.length)).isEqualTo(BYTES);
            }
        }
    }

    @Test
    void aReaderGoesOnWhenTheBlobIsLetGo() throws Exception {
        IncomingBlob incoming = store().begin(DIGEST);
        incoming.write(0, slice(0, 1_000));
        try (BlobReader reader = incoming.open()) {
            incoming.close();
            assertThat(read(reader, 0, 1_000)).isEqualTo(Arrays.copyOf(BYTES, 1_000));
        }
    }

    @Test
    void closingOneReaderLeavesTheOthersOpen() throws Exception {
        commit(store(), DIGEST, BYTES);
        try (BlobContent stays = store().find(DIGEST).orElseThrow()) {
            store().find(DIGEST).orElseThrow().close();
            assertThat(read(stays, 0, BYTES.length)).isEqualTo(BYTES);
        }
    }

    @Test
    void allOfACommittedBlobMayBeReadAtOnce() throws Exception {
        commit(store(), DIGEST, BYTES);
        try (BlobContent content = store().find(DIGEST).orElseThrow()) {
            assertThat(content.awaitSize()).isEqualTo(BYTES.length);
            assertThat(content.awaitReadable(0)).isEqualTo(BYTES.length);
            assertThat(content.awaitReadable(BYTES.length - 1)).isEqualTo(BYTES.length);
        }
    }

    @Test
    void whatIsLetGoIsNotFoundAndLeavesNothing() throws Exception {
        try (IncomingBlob incoming = store().begin(DIGEST)) {
            incoming.write(0, ByteBuffer.wrap(BYTES));
        }

        assertThat(store().find(DIGEST)).isEmpty();
        assertThat(nextRemainder()).isEmpty();
    }

    @Test
    void whatIsKeptIsThereForTheNextDownload() throws Exception {
        keep(new Span(0, 1_000), new Span(5_000, 9_000));

        assertThat(store().find(DIGEST)).isEmpty();
        try (IncomingBlob next = store().begin(DIGEST);
                BlobReader reader = next.open()) {
            Remainder remainder = next.remainder().orElseThrow();
            assertThat(remainder.size()).isEqualTo(BYTES.length);
            assertThat(remainder.spans().toList())
                    .containsExactly(new Span(0, 1_000), new Span(5_000, 9_000));
            assertThat(read(reader, 5_000, 9_000))
                    .isEqualTo(Arrays.copyOfRange(BYTES, 5_000, 9_000));
        }
    }

    @Test
    void aKeptBlobCanBeFilledUpAndCommitted() throws Exception {
        keep(new Span(0, 100_000));
        try (IncomingBlob next = store().begin(DIGEST)) {
            next.write(100_000, slice(100_000, BYTES.length));
            next.commit(BYTES.length, ZERO);
        }

        assertThat(read(store(), DIGEST)).isEqualTo(BYTES);
    }

    @Test
    void aBlobCanBeKeptAgainAndAgainWhileItIsFilled() throws Exception {
        try (IncomingBlob incoming = store().begin(DIGEST)) {
            incoming.write(0, slice(0, 1_000));
            incoming.keep(remainder(new Span(0, 1_000)));
            incoming.write(1_000, slice(1_000, 2_000));
            incoming.keep(remainder(new Span(0, 2_000)));
            incoming.write(2_000, slice(2_000, 3_000));
        }

        assertThat(nextRemainder().orElseThrow().spans().toList())
                .containsExactly(new Span(0, 2_000));
    }

    @Test
    void keepingNothingForgetsWhatWasKept() throws Exception {
        try (IncomingBlob incoming = store().begin(DIGEST)) {
            incoming.write(0, slice(0, 1_000));
            incoming.keep(remainder(new Span(0, 1_000)));
            incoming.keep(remainder());
        }

        assertThat(nextRemainder()).isEmpty();
    }

    @Test
    void aRemainderThatIsNotKeptAgainIsGone() throws Exception {
        keep(new Span(0, 1_000));
        store().begin(DIGEST).close();

        assertThat(nextRemainder()).isEmpty();
    }

    @Test
    void aCommitLeavesNoRemainder() throws Exception {
        keep(new Span(0, 1_000));
        try (IncomingBlob next = store().begin(DIGEST)) {
            next.write(1_000, slice(1_000, BYTES.length));
            next.commit(BYTES.length, ZERO);
        }

        assertThat(nextRemainder()).isEmpty();
        assertThat(read(store(), DIGEST)).isEqualTo(BYTES);
    }

    @Test
    void bytesBehindTheSizeAreNotCommitted() throws Exception {
        byte[] head = Arrays.copyOf(BYTES, 1_000);
        Digest digest = Digest.of(Digest.Algorithm.SHA256, head);
        try (IncomingBlob incoming = store().begin(digest)) {
            incoming.write(0, ByteBuffer.wrap(BYTES));
            incoming.commit(head.length, ZERO);
        }

        assertThat(read(store(), digest)).isEqualTo(head);
    }

    @Test
    void aBlobThatIsTooShortIsNotCommitted() throws Exception {
        try (IncomingBlob incoming = store().begin(DIGEST)) {
            incoming.write(0, slice(0, 1_000));
            assertThatIOException().isThrownBy(() -> incoming.commit(BYTES.length, ZERO));
        }

        assertThat(store().find(DIGEST)).isEmpty();
    }

    @Test
    void aCommittedBlobIsNotWrittenToAnyMore() throws Exception {
        try (IncomingBlob incoming = store().begin(DIGEST)) {
            incoming.write(0, ByteBuffer.wrap(BYTES));
            incoming.commit(BYTES.length, ZERO);
            assertThatIOException()
                    .isThrownBy(() -> incoming.write(0, ByteBuffer.wrap("no".getBytes(UTF_8))));
        }

        assertThat(read(store(), DIGEST)).isEqualTo(BYTES);
    }

    @Test
    void whatWasLetGoCannotBeCommitted() throws Exception {
        IncomingBlob incoming = store().begin(DIGEST);
        incoming.write(0, ByteBuffer.wrap(BYTES));
        incoming.close();

        assertThatIOException().isThrownBy(() -> incoming.commit(BYTES.length, ZERO));
        assertThat(store().find(DIGEST)).isEmpty();
    }

    @Test
    void aBlobCanBeCommittedAgainWhileItIsRead() throws Exception {
        commit(store(), DIGEST, BYTES);
        try (BlobContent before = store().find(DIGEST).orElseThrow()) {
            commit(store(), DIGEST, BYTES);
            assertThat(read(before, 0, BYTES.length)).isEqualTo(BYTES);
        }
        assertThat(read(store(), DIGEST)).isEqualTo(BYTES);
    }

    @Test
    void blobsAreCommittedSideBySide() throws Exception {
        sideBySide(
                64,
                i -> {
                    byte[] bytes = random(1_000 + i, i);
                    Digest digest = Digest.of(Digest.Algorithm.SHA256, bytes);
                    commit(store(), digest, bytes);
                    assertThat(read(store(), digest)).isEqualTo(bytes);
                });
    }

    private interface Work {
        void run(int i) throws Exception;
    }

    private static void sideBySide(int count, Work work) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> done = new ArrayList<>();
            for (int next = 0; next < count; next++) {
                int i = next;
                done.add(
                        threads.submit(() -> {
                            work.run(i);
                            return i;
                        }));
            }
            for (Future<Integer> one : done) {
                one.get();
            }
        }
    }

    /// Begins, writes the spans, keeps them and lets go.
    protected void keep(Span... spans) throws IOException {
        try (IncomingBlob incoming = store().begin(DIGEST)) {
            for (Span span : spans) {
                incoming.write(span.start(), slice((int) span.start(), (int) span.end()));
            }
            incoming.keep(remainder(spans));
        }
    }

    /// What the next download is given; it lets go at once.
    protected Optional<Remainder> nextRemainder() throws IOException {
        try (IncomingBlob next = store().begin(DIGEST)) {
            return next.remainder();
        }
    }

    protected static Remainder remainder(Span... spans) {
        return new Remainder(BYTES.length, Spans.of(List.of(spans)));
    }

    /// The bytes from `start` to `end` of `BYTES`.
    protected static ByteBuffer slice(int start, int end) {
        return ByteBuffer.wrap(BYTES, start, end - start);
    }

    public static void commit(BlobStore store, Digest digest, byte[] bytes) throws IOException {
        try (IncomingBlob incoming = store.begin(digest)) {
            incoming.write(0, ByteBuffer.wrap(bytes));
            incoming.commit(bytes.length, ZERO);
        }
    }

    /// Reads a blob that must be there, to its end.
    public static byte[] read(BlobStore store, Digest digest)
            throws IOException, InterruptedException {
        try (BlobContent content = store.find(digest).orElseThrow()) {
            return read(content, 0, content.awaitSize());
        }
    }

    public static byte[] read(BlobReader reader, long start, long end) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(7_000);
        for (long position = start; position < end; position += buffer.limit()) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), end - position));
            assertThat(reader.read(buffer, position)).isPositive().isEqualTo(buffer.position());
            buffer.flip();
            bytes.write(buffer.array(), 0, buffer.limit());
        }
        return bytes.toByteArray();
    }

    /// Bytes that are the same in every run.
    public static byte[] random(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
