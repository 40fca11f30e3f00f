package dev.tarn.upstream;

import dev.tarn.oci.RegistryException.Throttled;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.RegistryException.UpstreamFailed.Kind;
import io.netty.handler.codec.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The connections of one upstream, to its registry and to where that redirects. Those that are not
/// in use are kept a while for the next request to the same origin.
final class ConnectionPool {
    private static final int METADATA_MAX = 8;

    /// Too long to be waited for here: whoever got no slot in time has waited long enough.
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    /// A connection that nobody uses, since when on the monotonic clock.
    private record Unused(Connection connection, long sinceNanos) {}

    private final Dialer dialer;
    private final Network network;
    private final Semaphore blobs;
    private final Semaphore metadata = new Semaphore(METADATA_MAX, true);
    private final int unusedMax;
    private final Lock lock = new ReentrantLock();
    private final Deque<Unused> unused = new ArrayDeque<>();
    private boolean isSweepDue;

    ConnectionPool(Network network, Dialer dialer, int connections) {
        this.network = network;
        this.dialer = dialer;
        this.blobs = new Semaphore(connections, true);
        this.unusedMax = connections + METADATA_MAX;
    }

    /// Sends a request and waits for the head of the answer; before that, for a slot. A kept
    /// connection may have been closed by the other side at the same moment; then the request goes
    /// out once more, on a new one.
    Exchange send(Url url, Request request, Lane lane) throws InterruptedException {
        return send(url, request, lane, () -> {});
    }

    /// As `send`, with a `lastLook` when there is a slot: it throws where the request should not go
    /// out any more, for what has happened meanwhile.
    Exchange send(Url url, Request request, Lane lane, Runnable lastLook)
            throws InterruptedException {
        Semaphore slots = awaitSlot(url, lane);
        @Nullable Exchange exchange = null;
        try {
            lastLook.run();
            exchange = sendOnce(url, request, slots);
            return exchange;
        } finally {
            if (exchange == null) {
                slots.release();
            }
        }
    }

    /// Where others keep the slots for twice as long as an answer may take, more questions would
    /// only make it worse. A blob keeps its own for as long as it is long, and is waited for.
    private Semaphore awaitSlot(Url url, Lane lane) throws InterruptedException {
        return switch (lane) {
            case BLOBS -> {
                blobs.acquire();
                yield blobs;
            }
            case METADATA -> {
                long millis = 2 * network.budgets().head().toMillis();
                if (!metadata.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
                    throw new Throttled(
                            "too many questions wait for " + url.origin().host(), RETRY_AFTER);
                }
                yield metadata;
            }
        };
    }

    private Exchange sendOnce(Url url, Request request, Semaphore slots)
            throws InterruptedException {
        @Nullable Connection kept = takeUnused(url.origin());
        if (kept != null) {
            try {
                return exchange(kept, url, request, slots);
            } catch (UpstreamFailed e) {
                if (e.kind() != Kind.CUT_OFF || kept.hasAnswered()) {
                    throw e;
                }
            }
        }
        return exchange(dialer.dial(url.origin()), url, request, slots);
    }

    private Exchange exchange(Connection connection, Url url, Request request, Semaphore slots)
            throws InterruptedException {
        boolean isAnswered = false;
        try {
            HttpResponse head = connection.exchange(request.toNetty(url));
            isAnswered = true;
            return new Exchange(this, slots, connection, url, request, head);
        } finally {
            if (!isAnswered) {
                connection.close();
            }
        }
    }

    private @Nullable Connection takeUnused(Origin origin) {
        lock.lock();
        try {
            Iterator<Unused> newestFirst = unused.iterator();
            while (newestFirst.hasNext()) {
                Connection connection = newestFirst.next().connection();
                if (!connection.isReusable()) {
                    newestFirst.remove();
                    connection.close();
                } else if (connection.origin().equals(origin)) {
                    newestFirst.remove();
                    return connection;
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /// Takes back a connection whose answer was read to its end.
    void keep(Connection connection) {
        if (!connection.isReusable()) {
            connection.close();
            return;
        }
        lock.lock();
        try {
            unused.addFirst(new Unused(connection, System.nanoTime()));
            if (unused.size() > unusedMax) {
                unused.removeLast().connection().close();
            }
            connection.watch();
            if (!isSweepDue) {
                sweepIn(idleNanos());
            }
        } catch (RejectedExecutionException e) {
            connection.close(); // the network is closed
        } finally {
            lock.unlock();
        }
    }

    private long idleNanos() {
        return network.budgets().idle().toNanos();
    }

    /// One timer for all of them.
    private void sweepIn(long nanos) {
        var _ = network.loops().schedule(this::closeStale, nanos, TimeUnit.NANOSECONDS);
        isSweepDue = true;
    }

    private void closeStale() {
        lock.lock();
        try {
            isSweepDue = false;
            long oldest = System.nanoTime() - idleNanos();
            while (!unused.isEmpty() && unused.getLast().sinceNanos() - oldest <= 0) {
                unused.removeLast().connection().close();
            }
            if (!unused.isEmpty()) {
                sweepIn(unused.getLast().sinceNanos() - oldest);
            }
        } finally {
            lock.unlock();
        }
    }
}
