package dev.tarn.watch;

import io.netty.util.concurrent.FastThreadLocalThread;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Fails a test class in which an event loop stood still for 200 ms: the same frames each time that
/// it was looked at, not where it waits for events, and no processor used. A thread of its own
/// looks; where that one was late itself, the machine was busy or the JVM had stopped, and nothing
/// is concluded. Nor is it of a loop that would run if it got a processor: tests with many clients
/// let it wait for one.
public final class LoopWatch implements AfterAllCallback {

    private static final Duration LOOK_TIME = Duration.ofMillis(25);
    private static final Duration LATE_TIME = LOOK_TIME.multipliedBy(2);
    private static final Duration BLOCKED_TIME = Duration.ofMillis(200);

    /// The processor that a loop may have used which stood still.
    private static final Duration USED_MAX = Duration.ofMillis(2);

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final Queue<String> BLOCKED = new ConcurrentLinkedQueue<>();

    static {
        Thread.ofPlatform().name("loop-watch").daemon().start(LoopWatch::watch);
    }

    /// Where a loop stood, since when, and what it had used of the processor then.
    private record Stand(List<StackTraceElement> frames, long sinceNanos, long usedNanos) {

        boolean isAt(List<StackTraceElement> now, long nowUsedNanos) {
            return nowUsedNanos - usedNanos < USED_MAX.toNanos() && frames.equals(now);
        }

        boolean isBlocked(long nowNanos) {
            return nowNanos - sinceNanos > BLOCKED_TIME.toNanos();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        List<String> blocked = take();
        if (!blocked.isEmpty()) {
            throw new AssertionError("event loops stood still: " + String.join("\n", blocked));
        }
    }

    /// The loops that stood still since the last time that somebody asked.
    static List<String> take() {
        List<String> blocked = new ArrayList<>();
        for (String loop = BLOCKED.poll(); loop != null; loop = BLOCKED.poll()) {
            blocked.add(loop);
        }
        return blocked;
    }

    private static void watch() {
        Map<Thread, Stand> stands = new HashMap<>();
        long last = System.nanoTime();
        while (true) {
            LockSupport.parkNanos(LOOK_TIME.toNanos());
            long now = System.nanoTime();
            if (now - last > LATE_TIME.toNanos()) {
                stands.clear();
            }
            last = now;
            Map<Thread, Stand> before = stands;
            stands = new HashMap<>();
            for (Thread loop : loops()) {
                look(loop, before, stands, now);
            }
        }
    }

    private static void look(
            Thread loop, Map<Thread, Stand> before, Map<Thread, Stand> stands, long now) {
        List<StackTraceElement> frames = List.of(loop.getStackTrace());
        if (!isBusy(frames)) {
            return;
        }
        long used = THREADS.getThreadCpuTime(loop.threadId());
        Stand stand = before.get(loop);
        if (stand == null || !stand.isAt(frames, used) || isRunnable(used)) {
            stands.put(loop, new Stand(frames, now, used));
        } else if (stand.isBlocked(now)) {
            BLOCKED.add(loop.getName() + " at " + frames);
        } else {
            stands.put(loop, stand);
        }
    }

    private static List<Thread> loops() {
        Thread[] threads = new Thread[Thread.activeCount() * 2 + 10];
        int count = Thread.enumerate(threads);
        return Stream.of(threads)
                .limit(count)
                .filter(FastThreadLocalThread.class::isInstance)
                .toList();
    }

    /// Whether the thread is an event loop that does something else than to wait for events.
    private static boolean isBusy(List<StackTraceElement> frames) {
        boolean isLoop = false;
        for (StackTraceElement frame : frames) {
            String method = frame.getMethodName();
            String type = frame.getClassName();
            if (method.startsWith("epollWait") || type.endsWith(".SelectorImpl")) {
                return false;
            }
            isLoop |= type.equals("io.netty.channel.SingleThreadIoEventLoop");
        }
        return isLoop;
    }

    /// Whether a thread that has used so much of the processor waits for nothing but that (proc(5),
    /// state `R`). The time tells which of the tasks it is; where none has it, nothing is known.
    private static boolean isRunnable(long usedNanos) {
        String used = usedNanos + " ";
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            return tasks.filter(task -> read(task.resolve("schedstat")).startsWith(used))
                    .anyMatch(task -> read(task.resolve("stat")).contains(") R "));
        } catch (IOException e) {
            return false;
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return ""; // the task has ended
        }
    }
}
