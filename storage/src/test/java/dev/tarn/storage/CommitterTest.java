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

    @Test
    void whoCommitsAtTheSameTimeSharesOneWrite() throws Exception {
        List<Integer> writes = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch firstMayEnd = new CountDownLatch(1);
        Committer committer =
                new Committer(changes -> {
                    writes.add(changes.size());
                    awaitCount(firstMayEnd);
                });
        try (committer;
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Boolean> first = threads.submit(() -> commit(committer));
            await().until(() -> writes.size() == 1);
            List<Future<Boolean>> others = submit(threads, committer, 64);
            await().until(() -> committer.waiting() == 64);
            firstMayEnd.countDown();
            assertThat(first.get()).isTrue();
            for (Future<Boolean> other : others) {
                assertThat(other.get()).isTrue();
            }
        }
        assertThat(writes).containsExactly(1, 64);
    }

    @Test
    void whoeverComesWhenTooManyWaitIsHeldBackAndServed() throws Exception {
        AtomicInteger written = new AtomicInteger();
        CountDownLatch mayEnd = new CountDownLatch(1);
        Committer committer =
                new Committer(changes -> {
                    awaitCount(mayEnd);
                    written.addAndGet(changes.size());
                });
        try (committer;
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> all = submit(threads, committer, 1_000);
            await().until(() -> committer.waiting() == Committer.WAITING_MAX);
            mayEnd.countDown();
            for (Future<Boolean> one : all) {
                assertThat(one.get()).isTrue();
            }
        }
        assertThat(written).hasValue(1_000);
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
        AtomicInteger written = new AtomicInteger();
        CountDownLatch mayEnd = new CountDownLatch(1);
        Committer committer =
                new Committer(changes -> {
                    awaitCount(mayEnd);
                    written.addAndGet(changes.size());
                });
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> all = submit(threads, committer, 10);
            await().until(() -> committer.waiting() == 9);
            Future<?> closing = threads.submit(committer::close);
            mayEnd.countDown();
            closing.get();
            assertThat(written).hasValue(10);
            for (Future<Boolean> one : all) {
                assertThat(one.get()).isTrue();
            }
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

    private static void awaitCount(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
