package dev.tarn.http.netty;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Who is connected, and how much each takes of us, so that no one takes it all. A client is an
/// address; in IPv6 a network of 64 bits, since that is what one machine may choose its addresses
/// from. Any thread may ask.
final class Clients {

    private final ConcurrentHashMap<Object, Client> known = new ConcurrentHashMap<>();
    private final Map<ClientLimit, LongAdder> turnedAway = new EnumMap<>(ClientLimit.class);
    private final int requestsMax;

    /// @param requestsMax how many requests of one client may be answered at once
    Clients(int requestsMax) {
        this.requestsMax = requestsMax;
        for (ClientLimit limit : ClientLimit.values()) {
            turnedAway.put(limit, new LongAdder());
        }
    }

    /// One connection more of whoever is at this address, until it leaves.
    Client join(@Nullable SocketAddress address) {
        return known.compute(
                identity(address),
                (identity, before) -> {
                    Client client = before == null ? new Client(identity) : before;
                    client.connections.incrementAndGet();
                    return client;
                });
    }

    /// How many connections and requests were turned away at this limit until now.
    long turnedAway(ClientLimit limit) {
        return counter(limit).sum();
    }

    private LongAdder counter(ClientLimit limit) {
        return Objects.requireNonNull(turnedAway.get(limit));
    }

    /// How many have connections.
    int count() {
        return known.size();
    }

    private static Object identity(@Nullable SocketAddress address) {
        if (address instanceof InetSocketAddress internet) {
            InetAddress host = internet.getAddress();
            return host instanceof Inet6Address
                    ? ByteBuffer.wrap(host.getAddress()).getLong() // the first half
                    : host;
        }
        return "unknown";
    }

    /// One of them.
    final class Client {
        private final Object identity;
        private final AtomicInteger connections = new AtomicInteger();
        private final AtomicInteger requests = new AtomicInteger();

        private Client(Object identity) {
            this.identity = identity;
        }

        int connections() {
            return connections.get();
        }

        /// One answer more, until it ends; whether that is within the limit.
        boolean begin() {
            return requests.incrementAndGet() <= requestsMax;
        }

        /// A connection or a request of this one is turned away.
        void turnAway(ClientLimit limit) {
            counter(limit).increment();
        }

        void end() {
            requests.decrementAndGet();
        }

        /// One connection less.
        void leave() {
            known.computeIfPresent(
                    identity,
                    (_, client) -> client.connections.decrementAndGet() > 0 ? client : null);
        }
    }
}
