package dev.tarn.watch;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetector.Level;
import io.netty.util.ResourceLeakDetectorFactory;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Fails a test class in which a buffer, or anything else that Netty counts, was forgotten: follows
/// every one of them, and looks after each class which were collected without being given back.
/// JUnit finds it by itself, wherever the fakes of this module are on the class path.
public final class LeakWatch implements AfterAllCallback {

    private static final long COLLECTION_MILLIS_MAX = 2_000;

    private static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();

    static {
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new Strict());
        ResourceLeakDetector.setLevel(Level.PARANOID);
    }

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        List<String> leaks = find();
        if (!leaks.isEmpty()) {
            throw new AssertionError(leaks.size() + " leaks: " + String.join("\n", leaks));
        }
    }

    /// What has been forgotten since the last time that somebody asked.
    static List<String> find() throws InterruptedException {
        collect();
        // Netty looks for leaks whenever it begins to follow a buffer.
        ByteBufAllocator.DEFAULT.directBuffer(1).release();
        List<String> leaks = new ArrayList<>();
        for (String leak = LEAKS.poll(); leak != null; leak = LEAKS.poll()) {
            leaks.add(leak);
        }
        return leaks;
    }

    /// Returns once the garbage of now has been found to be garbage.
    private static void collect() throws InterruptedException {
        ReferenceQueue<Object> queue = new ReferenceQueue<>();
        WeakReference<Object> last = new WeakReference<>(new Object(), queue);
        System.gc();
        if (queue.remove(COLLECTION_MILLIS_MAX) == null) {
            throw new AssertionError("garbage is not collected: " + last.get());
        }
    }

    /// Detectors that report to this class, whether or not anybody logs.
    private static final class Strict extends ResourceLeakDetectorFactory {
        @Override
        @SuppressWarnings("deprecation") // the way that Netty goes itself
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(
                Class<T> type, int samplingInterval, long maxActive) {
            return new ResourceLeakDetector<>(type, samplingInterval) {
                @Override
                protected boolean needReport() {
                    return true;
                }

                @Override
                protected void reportTracedLeak(String what, String records) {
                    LEAKS.add(what + records);
                }

                @Override
                protected void reportUntracedLeak(String what) {
                    LEAKS.add(what);
                }
            };
        }
    }
}
