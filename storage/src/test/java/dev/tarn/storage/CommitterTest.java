package dev.tarn.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class CommitterTest {

    private static final List<Change> CHANGE =
            List.of(Change.put(Family.LINK, new byte[1], new byte[1]));

    /// A log that holds every write until it is opened; closing opens it, so that a test that fails
    /// leaves nobody waiting.
    private static final class Gate implements Committer.Log, AutoCloseable {
        final List<Integer> writes = Collections.synchronizedList(new ArrayList<>());
        private final CountDownLatch open = new CountDownLatch(1);

        @Override
        public void write(List<Change> changes) throws IOException {
            writes.add(changes.size());
            try {
                open.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        int written() {
            return writes.stream().mapToInt(Integer::intValue).sum();
        }

        @Override
        public void close() {
            open.countDown();
        }
    }

    @Test
    void whoCommitsAtTheSameTimeSharesOneWrite() throws Exception {
        Gate gate = new Gate();
        try (Committer committer = new Committer(gate);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                gate) {
            Future<Boolean> first = threads.submit(() -> commit(committer));
            await().until(() -> gate.writes.size() == 1);
            List<Future<Boolean>> others = submit(threads, committer, 64);
            await().until(() -> committer.waiting() == 64);
            gate.open.countDown();
            assertThat(first.get()).isTrue();
            assertAllDone(others);
        }
        assertThat(gate.writes).containsExactly(1, 64);
    }

    @Test
    void whoeverComesWhenTooManyWaitIsHeldBackAndServed() throws Exception {
        Gate gate = new Gate();
        try (Committer committer = new Committer(gate);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                gate) {
            List<Future<Boolean>> all = submit(threads, committer, 1_000);
            await().until(() -> committer.waiting() == Committer.WAITING_MAX);
            gate.open.countDown();
            assertAllDone(all);
        }
        assertThat(gate.written()).isEqualTo(1_000);
    }

    @Test
    void aFailureIsToldToTheOneWhoWaitsAndTheNextMaySucceed() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Committer committer =
                new Committer(_ -> {
                    if (calls.incrementAndGet() == 1) {
                        throw new IOException("disk full");
                    }
                });
        try (committer) {
            assertThatThrownBy(() -> committer.commit(CHANGE))
                    .isInstanceOf(IOException.class)
                    .hasRootCauseMessage("disk full");
            assertThat(commit(committer)).isTrue();
        }
    }

    @Test
    void aBugInTheLogDoesNotLeaveAnyoneWaiting() {
        try (Committer committer =
                new Committer(_ -> {
                    throw new IllegalStateException("bug");
                })) {
            assertThatThrownBy(() -> committer.commit(CHANGE)).hasRootCauseMessage("bug");
            assertThatThrownBy(() -> committer.commit(CHANGE)).hasRootCauseMessage("bug");
        }
    }

    @Test
    void closingWritesWhatWaits() throws Exception {
        Gate gate = new Gate();
        Committer committer = new Committer(gate);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                gate) {
            Future<Boolean> first = threads.submit(() -> commit(committer));
            await().until(() -> gate.writes.size() == 1);
            List<Future<Boolean>> others = submit(threads, committer, 9);
            await().until(() -> committer.waiting() == 9);
            Future<?> closing = threads.submit(committer::close);
            gate.open.countDown();
            closing.get();
            assertThat(gate.written()).isEqualTo(10);
            assertThat(first.get()).isTrue();
            assertAllDone(others);
        }
    }

    @Test
    void aClosedCommitterRefuses() {
        Committer committer = new Committer(_ -> {});
        committer.close();
        committer.close();

        assertThatThrownBy(() -> committer.commit(CHANGE))
                .isInstanceOf(IOException.class)
                .hasMessage("the store is closed");
    }

    @Test
    void anInterruptedCallerStillLearnsWhatBecameOfItsChange() throws Exception {
        AtomicInteger written = new AtomicInteger();
        try (Committer committer = new Committer(changes -> written.addAndGet(changes.size()))) {
            Thread.currentThread().interrupt();
            committer.commit(CHANGE);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(written).hasValue(1);
        }
    }

    private static List<Future<Boolean>> submit(
            ExecutorService threads, Committer committer, int count) {
        return Stream.generate(() -> threads.submit(() -> commit(committer))).limit(count).toList();
    }

    private static boolean commit(Committer committer) throws IOException {
        committer.commit(CHANGE);
        return true;
    }

    private static void assertAllDone(List<Future<Boolean>> commits) throws Exception {
        for (Future<Boolean> commit : commits) {
            assertThat(commit.get()).isTrue();
        }
    }
}
