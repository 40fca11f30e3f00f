package dev.tarn.upstream;

import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.Throttled;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The same question to several who should know, in order: the next is asked as soon as those
/// before have failed, or have all been silent for a while. The first answer counts.
final class Race<T> {

    /// How long one may be silent before the next is asked as well.
    static final Duration HEAD_START = Duration.ofMillis(300);

    /// How it went for one of them: with an answer, or with a failure.
    private record Finish<T>(int place, @Nullable T answer, @Nullable Throwable failure) {}

    private final List<Callable<T>> runners;
    private final Consumer<T> letGo;
    private final LinkedBlockingQueue<Finish<T>> finishes = new LinkedBlockingQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicBoolean isOver = new AtomicBoolean();

    private Race(List<Callable<T>> runners, Consumer<T> letGo) {
        this.runners = runners;
        this.letGo = letGo;
    }

    /// @param letGo what to do with an answer that comes after the first
    static <T> T run(List<Callable<T>> runners, Consumer<T> letGo) throws InterruptedException {
        if (runners.size() > 1) {
            return new Race<>(runners, letGo).run();
        }
        try {
            return runners.getFirst().call();
        } catch (Exception e) {
            throw rethrown(e);
        }
    }

    private T run() throws InterruptedException {
        try {
            @Nullable Throwable first = null;
            for (int failed = 0; failed < runners.size(); ) {
                boolean isAlone = threads.size() == failed;
                if (isAlone) {
                    startNext();
                }
                Finish<T> finish = awaitFinish();
                if (finish == null) {
                    startNext();
                } else if (finish.answer() != null) {
                    return finish.answer();
                } else {
                    failed++;
                    first = finish.place() == 0 ? finish.failure() : first;
                    if (finish.place() == 0 && !isWorthAskingOthers(finish.failure())) {
                        break;
                    }
                }
            }
            throw rethrown(first);
        } finally {
            end();
        }
    }

    /// The first of them is the registry itself: when it says that there is no such thing, then
    /// that is so, whatever a copy of it may say.
    private static boolean isWorthAskingOthers(@Nullable Throwable failure) {
        return failure instanceof UpstreamFailed || failure instanceof Throttled;
    }

    private @Nullable Finish<T> awaitFinish() throws InterruptedException {
        return threads.size() < runners.size()
                ? finishes.poll(HEAD_START.toMillis(), TimeUnit.MILLISECONDS)
                : finishes.take();
    }

    private void startNext() {
        int place = threads.size();
        threads.add(Thread.ofVirtual().name("race").start(() -> runOne(place)));
    }

    private void runOne(int place) {
        Finish<T> finish;
        try {
            finish = new Finish<>(place, runners.get(place).call(), null);
        } catch (Exception | Error e) {
            finish = new Finish<>(place, null, e);
        }
        finishes.add(finish);
        if (isOver.get()) {
            letGoOfTheRest();
        }
    }

    private void end() {
        isOver.set(true);
        threads.forEach(Thread::interrupt);
        letGoOfTheRest();
    }

    private void letGoOfTheRest() {
        for (Finish<T> late = finishes.poll(); late != null; late = finishes.poll()) {
            if (late.answer() != null) {
                letGo.accept(late.answer());
            }
        }
    }

    private static RuntimeException rethrown(@Nullable Throwable failure)
            throws InterruptedException {
        switch (failure) {
            case RegistryException known -> throw known;
            case RuntimeException bug -> throw bug;
            case InterruptedException interrupted -> throw interrupted;
            case null, default -> throw new IllegalStateException("a question failed", failure);
        }
    }
}
