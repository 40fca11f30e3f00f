package dev.tarn.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.tarn.oci.RegistryException.Throttled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FlightsTest {

    private final Flights<String, String> flights = new Flights<>();
    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore answers = new Semaphore(0);
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger underWay = new AtomicInteger();

    @AfterEach
    void stop() {
        clients.shutdownNow();
        answers.release(100_000);
    }

    /// Waits for a permit.
    private String question() throws InterruptedException {
        begun.incrementAndGet();
        underWay.incrementAndGet();
        try {
            answers.acquire();
            return "answer";
        } finally {
            underWay.decrementAndGet();
        }
    }

    private Future<String> ask(String key) {
        return clients.submit(() -> flights.await(key, this::question));
    }

    @Test
    void manyWhoAskTheSameAskOnce() throws InterruptedException {
        List<Thread> all = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            all.add(waiting("a"));
        }
        await().until(answers::hasQueuedThreads);
        answers.release();
        for (Thread one : all) {
            one.join();
        }

        assertThat(begun).hasValue(1);
    }

    @Test
    void theLastWhoLeavesEndsTheQuestion() {
        Thread first = waiting("a");
        Thread second = waiting("a");
        await().until(answers::hasQueuedThreads);
        first.interrupt();
        await().during(Duration.ofMillis(100)).until(() -> underWay.get() == 1);
        second.interrupt();

        await().until(() -> underWay.get() == 0);
        assertThat(begun).hasValue(1);
    }

    /// A client that has asked and waits for the answer.
    private Thread waiting(String key) {
        Thread client =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                var _ = flights.await(key, this::question);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
        await().until(() -> client.getState() == Thread.State.WAITING);
        return client;
    }

    @Test
    void whoStaysGetsTheAnswerThoughTheOthersLeave() throws Exception {
        Thread first = waiting("a");
        Future<String> second = ask("a");
        await().until(answers::hasQueuedThreads);
        first.interrupt();
        answers.release(2);

        assertThat(second.get()).isEqualTo("answer");
    }

    @Test
    void thousandsWhoAskAndLeaveKeepNothingUnderWay() {
        for (int i = 0; i < 5 * Flights.UNDER_WAY_MAX; i++) {
            int number = i;
            Future<String> client = ask("r" + i);
            await().pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofNanos(100_000))
                    .until(() -> begun.get() > number);
            client.cancel(true);
        }

        await().until(() -> underWay.get() == 0);
    }

    @Test
    void aQuestionTooManyIsRefusedAndAJoinIsNot() throws Exception {
        List<Future<String>> all = new ArrayList<>();
        for (int i = 0; i < Flights.UNDER_WAY_MAX; i++) {
            all.add(ask("r" + i));
        }
        await().until(() -> underWay.get() == Flights.UNDER_WAY_MAX);

        assertThatExceptionOfType(Throttled.class)
                .isThrownBy(() -> flights.await("another", this::question))
                .satisfies(e -> assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(1)));
        Future<String> joined = ask("r0");
        answers.release(2 * Flights.UNDER_WAY_MAX);
        assertThat(joined.get()).isEqualTo("answer");
        for (Future<String> one : all) {
            assertThat(one.get()).isEqualTo("answer");
        }
        assertThat(flights.await("another", this::question)).isEqualTo("answer");
    }

    @Test
    void aQuestionThatFailedMakesRoomForAnother() throws Exception {
        for (int i = 0; i < 2 * Flights.UNDER_WAY_MAX; i++) {
            assertThatExceptionOfType(Throttled.class)
                    .isThrownBy(() ->
                            flights.await(
                                    "a",
                                    () -> {
                                        throw new Throttled("429", Duration.ofSeconds(9));
                                    }))
                    .withMessage("429");
        }
        answers.release();
        assertThat(flights.await("a", this::question)).isEqualTo("answer");
    }

    @Test
    void whoJoinsAQuestionThatIsBeingEndedBeginsAnother() throws Exception {
        CountDownLatch isInterrupted = new CountDownLatch(1);
        Semaphore mayEnd = new Semaphore(0);
        Future<String> first =
                clients.submit(() ->
                        flights.await(
                                "a",
                                () -> {
                                    try {
                                        return question();
                                    } catch (InterruptedException e) {
                                        isInterrupted.countDown();
                                        mayEnd.acquireUninterruptibly();
                                        throw e;
                                    }
                                }));
        await().until(answers::hasQueuedThreads);
        first.cancel(true);
        isInterrupted.await();

        Future<String> second = ask("a");
        await().until(answers::hasQueuedThreads);
        mayEnd.release();
        await().during(Duration.ofMillis(100)).until(() -> underWay.get() == 1);
        Future<String> third = ask("a");
        answers.release(2);

        assertThat(second.get()).isEqualTo("answer");
        assertThat(third.get()).isEqualTo("answer");
    }

    @Test
    void nobodyIsHarmedByWhoeverLeavesAtTheSameMoment() throws Exception {
        for (int round = 0; round < 2_000; round++) {
            Future<String> leaves = ask("a");
            Future<String> stays = ask("a");
            leaves.cancel(true);
            answers.release(2);

            assertThat(stays.get()).isEqualTo("answer");
            await().pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofNanos(100_000))
                    .until(() -> underWay.get() == 0);
            answers.drainPermits();
        }
    }

    @Test
    void whoRunsOutOfPatienceLeavesTheQuestionUnderWay() throws InterruptedException {
        assertThat(flights.await("a", Duration.ofMillis(10), this::question)).isEmpty();
        Thread leaves = waiting("a");
        leaves.interrupt();
        leaves.join();
        Thread next = waiting("a");
        await().until(answers::hasQueuedThreads);
        answers.release();
        next.join();

        assertThat(begun).hasValue(1);
        assertThat(underWay).hasValue(0);
    }
}
