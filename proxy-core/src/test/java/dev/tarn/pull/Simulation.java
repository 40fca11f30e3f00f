package dev.tarn.pull;

import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/// Threads and time that a seed decides on. Every virtual thread that begins in here, and every one
/// that those begin, runs on the one thread of the test, a piece at a time; which of those that
/// could go on does so next is drawn from the seed. The clock stands still while any can, and then
/// jumps to when somebody wants to be woken. So the same seed is the same run.
final class Simulation implements Ticker {

    /// As many pieces as no run needs that ends by itself.
    private static final int STEPS_MAX = 1_000_000;

    private record Alarm(long due, long number, Lock lock, Condition condition) {}

    private final Random random;
    private final List<Runnable> ready = new ArrayList<>();
    private final PriorityQueue<Alarm> alarms =
            new PriorityQueue<>(
                    Comparator.comparingLong(Alarm::due).thenComparingLong(Alarm::number));
    private final Thread.Builder.OfVirtual threads = threads(ready::add);
    private final List<Thread> started = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();
    private long now;
    private long alarmCount;

    Simulation(Random random) {
        this.random = random;
    }

    /// Virtual threads on an executor of one's own: what the JDK keeps for its own tests.
    private static Thread.Builder.OfVirtual threads(Executor executor) {
        try {
            Constructor<?> constructor =
                    Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder")
                            .getDeclaredConstructor(Executor.class);
            constructor.setAccessible(true);
            return (Thread.Builder.OfVirtual) constructor.newInstance(executor);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "needs --add-opens java.base/java.lang=ALL-UNNAMED, and a JDK 25", e);
        }
    }

    interface Step {
        void run() throws Exception;
    }

    /// Begins a thread that must end well before the run does.
    void start(String name, Step step) {
        started.add(
                threads.name(name)
                        .start(() -> {
                            try {
                                step.run();
                            } catch (Exception | Error e) {
                                failures.add(new IllegalStateException(name, e));
                            }
                        }));
    }

    /// Runs until nothing can go on any more, by itself or with the time.
    void run() {
        for (int step = 0; !ready.isEmpty() || !alarms.isEmpty(); step++) {
            if (step == STEPS_MAX) {
                throw new IllegalStateException("this never ends");
            }
            if (ready.isEmpty()) {
                ring(alarms.poll());
            } else {
                ready.remove(random.nextInt(ready.size())).run();
            }
        }
        for (Thread thread : started) {
            if (thread.isAlive()) {
                failures.add(new IllegalStateException(thread.getName() + " waits for ever"));
            }
        }
        if (!failures.isEmpty()) {
            throw new IllegalStateException(failures.size() + " failed", failures.getFirst());
        }
    }

    private void ring(Alarm alarm) {
        now = Math.max(now, alarm.due());
        threads.name("alarm")
                .start(() -> {
                    alarm.lock().lock();
                    try {
                        alarm.condition().signalAll();
                    } finally {
                        alarm.lock().unlock();
                    }
                });
    }

    @Override
    public long nanos() {
        return now;
    }

    @Override
    @SuppressWarnings("WaitNotInLoop") // the caller loops
    public void await(Lock lock, Condition condition, long nanos) throws InterruptedException {
        long due = now + nanos < now ? Long.MAX_VALUE : now + nanos;
        if (nanos <= 0) {
            return;
        }
        Alarm alarm = new Alarm(due, alarmCount++, lock, condition);
        if (due < Long.MAX_VALUE) {
            alarms.add(alarm);
        }
        try {
            condition.await();
        } finally {
            alarms.remove(alarm);
        }
    }

    /// Lets time pass for the calling thread.
    void sleep(long nanos) throws InterruptedException {
        Lock lock = new ReentrantLock();
        Condition never = lock.newCondition();
        lock.lock();
        try {
            for (long end = now + nanos; now < end; ) {
                await(lock, never, end - now);
            }
        } finally {
            lock.unlock();
        }
    }
}
