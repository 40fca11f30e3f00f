package dev.tarn.upstream;

import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.RegistryException.UpstreamFailed.Kind;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.proxy.HttpProxyHandler;
import io.netty.handler.proxy.ProxyHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.resolver.NoopAddressResolverGroup;
import io.netty.util.concurrent.Future;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Opens connections for one upstream. Resolves the name once, applies the policy to the addresses,
/// and dials exactly those that passed: a name that changes its mind in between has nothing to
/// gain.
final class Dialer {
    private static final int RECEIVE_BUFFER_MAX = 256 << 10;
    private static final int LINE_MAX = 8 << 10;
    private static final int HEADERS_MAX = 32 << 10;

    private final Network network;
    private final DialPolicy policy;
    private final Optional<Path> ca;

    Dialer(Network network, DialPolicy policy, Optional<Path> ca) {
        this.network = network;
        this.policy = policy;
        this.ca = ca;
        if (ca.isPresent()) {
            network.tls(ca); // whoever names a file is to hear at once that it cannot be read
        }
    }

    Connection dial(Origin origin) throws InterruptedException {
        if (network.isClosed()) {
            throw new UpstreamFailed(Kind.UNREACHABLE, "the network is closed");
        }
        Optional<SslContext> tls =
                origin.isSecure() ? Optional.of(network.tls(ca)) : Optional.empty();
        Deadline deadline = new Deadline(network.budgets().connect());
        Optional<ProxySettings.Proxy> proxy = network.proxies().proxyTo(origin);
        List<InetAddress> addresses =
                proxy.isPresent()
                        ? proxyAddresses(origin, proxy.get(), deadline)
                        : permittedAddresses(origin, deadline);
        int port = proxy.map(ProxySettings.Proxy::port).orElse(origin.port());
        @Nullable Throwable lastCause = null;
        for (int i = 0; i < addresses.size() && !deadline.isOver(); i++) {
            InetSocketAddress address = new InetSocketAddress(addresses.get(i), port);
            Attempt attempt = new Attempt(origin, proxy, tls, address);
            lastCause = attempt.connect(deadline.share(addresses.size() - i));
            if (lastCause == null) {
                return attempt.finish(deadline);
            }
        }
        String why = lastCause == null ? "took too long" : "refused the connection or was silent";
        throw proxy.isPresent()
                ? proxyFailed(proxy.get(), why, lastCause)
                : failed(Obstacle.CONNECTION, origin, origin.host() + " " + why, lastCause);
    }

    private static UpstreamFailed proxyFailed(
            ProxySettings.Proxy proxy, String why, @Nullable Throwable cause) {
        return ObstacleException.failure(
                Kind.UNREACHABLE,
                Obstacle.PROXY,
                proxy.authority(),
                "the proxy " + proxy.authority() + " " + why,
                cause);
    }

    private static UpstreamFailed failed(
            Obstacle obstacle, Origin origin, String what, @Nullable Throwable cause) {
        return ObstacleException.failure(
                Kind.UNREACHABLE, obstacle, origin.authority(), what, cause);
    }

    /// Behind a proxy, names are the proxy's business: only addresses can be checked here.
    private List<InetAddress> proxyAddresses(
            Origin origin, ProxySettings.Proxy proxy, Deadline deadline)
            throws InterruptedException {
        Optional<InetAddress> literal = origin.host().address();
        if (literal.isPresent()) {
            List<InetAddress> own = policy.own().host().address().stream().toList();
            requirePermitted(origin, literal.stream().toList(), () -> own);
        }
        try {
            return resolve(proxy.host(), deadline);
        } catch (UpstreamFailed e) {
            throw proxyFailed(proxy, "cannot be found: " + e.getMessage(), e);
        }
    }

    private List<InetAddress> permittedAddresses(Origin origin, Deadline deadline)
            throws InterruptedException {
        List<InetAddress> addresses = resolve(origin.host(), deadline);
        return policy.isOwn(origin)
                ? addresses
                : requirePermitted(origin, addresses, () -> resolve(policy.own().host(), deadline));
    }

    /// Where the upstream itself is; asked only where that matters.
    @FunctionalInterface
    private interface OwnAddresses {
        List<InetAddress> resolve() throws InterruptedException;
    }

    private List<InetAddress> requirePermitted(
            Origin origin, List<InetAddress> addresses, OwnAddresses own)
            throws InterruptedException {
        boolean hasPrivate = addresses.stream().anyMatch(this::isPrivate);
        List<InetAddress> ownAddresses = hasPrivate ? own.resolve() : List.of();
        boolean ownIsPrivate =
                !ownAddresses.isEmpty() && ownAddresses.stream().allMatch(this::isPrivate);
        AddressKind ownKind = ownIsPrivate ? AddressKind.PRIVATE : AddressKind.PUBLIC;
        List<InetAddress> permitted =
                addresses.stream()
                        .filter(a -> policy.permits(origin, network.addresses().kindOf(a), ownKind))
                        .toList();
        if (permitted.isEmpty()) {
            String what = origin.host() + " is at an address that an upstream may not lead to";
            throw failed(Obstacle.ADDRESS, origin, what, null);
        }
        return permitted;
    }

    private boolean isPrivate(InetAddress address) {
        return network.addresses().kindOf(address) == AddressKind.PRIVATE;
    }

    private List<InetAddress> resolve(Host host, Deadline deadline) throws InterruptedException {
        Optional<InetAddress> literal = host.address();
        if (literal.isPresent()) {
            return List.of(literal.get());
        }
        CompletableFuture<List<InetAddress>> answer = new CompletableFuture<>();
        var _ = Thread.ofVirtual().name("resolve " + host).start(() -> resolve(host, answer));
        try {
            return interleaved(answer.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS));
        } catch (ExecutionException | TimeoutException e) {
            String says = e instanceof TimeoutException ? "takes too long over " : "does not know ";
            throw ObstacleException.failure(
                    Kind.UNREACHABLE,
                    Obstacle.NAME,
                    host.toString(),
                    "the name service " + says + host,
                    e.getCause());
        }
    }

    private void resolve(Host host, CompletableFuture<List<InetAddress>> answer) {
        try {
            answer.complete(network.resolver().resolve(host.text()));
        } catch (UnknownHostException | RuntimeException e) {
            answer.completeExceptionally(e);
        }
    }

    /// IPv6 and IPv4 in turn, beginning with the kind that came first (RFC 8305 §4).
    private static List<InetAddress> interleaved(List<InetAddress> addresses) {
        boolean startsWithIpv6 =
                !addresses.isEmpty() && addresses.getFirst() instanceof Inet6Address;
        List<InetAddress> odd = new ArrayList<>();
        List<InetAddress> even = new ArrayList<>();
        for (InetAddress address : addresses) {
            ((address instanceof Inet6Address) == startsWithIpv6 ? odd : even).add(address);
        }
        List<InetAddress> interleaved = new ArrayList<>();
        for (int i = 0; i < Math.max(odd.size(), even.size()); i++) {
            odd.stream().skip(i).findFirst().ifPresent(interleaved::add);
            even.stream().skip(i).findFirst().ifPresent(interleaved::add);
        }
        return interleaved;
    }

    /// One attempt at one address.
    private final class Attempt extends ChannelInitializer<Channel> {
        private final Origin origin;
        private final Optional<ProxySettings.Proxy> proxy;
        private final Optional<SslContext> tls;
        private final InetSocketAddress address;
        private final Connection connection;

        /// What comes between the connection and the first request.
        private final List<Future<?>> steps = new CopyOnWriteArrayList<>();

        private @Nullable Channel channel;

        Attempt(
                Origin origin,
                Optional<ProxySettings.Proxy> proxy,
                Optional<SslContext> tls,
                InetSocketAddress address) {
            this.origin = origin;
            this.proxy = proxy;
            this.tls = tls;
            this.address = address;
            this.connection = new Connection(origin, network.budgets());
        }

        /// Null once connected, else why not.
        @Nullable Throwable connect(long budgetNanos) throws InterruptedException {
            Bootstrap bootstrap =
                    new Bootstrap()
                            .group(network.loops())
                            .channel(network.channelType())
                            .resolver(NoopAddressResolverGroup.INSTANCE)
                            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, millis(budgetNanos))
                            .option(ChannelOption.TCP_NODELAY, true)
                            .option(ChannelOption.ALLOCATOR, network.allocator())
                            .option(
                                    ChannelOption.RECVBUF_ALLOCATOR,
                                    new AdaptiveRecvByteBufAllocator(
                                                    1 << 10, 16 << 10, RECEIVE_BUFFER_MAX)
                                            .maxMessagesPerRead(1))
                            .handler(this);
            ChannelFuture connected = bootstrap.connect(destination());
            channel = connected.channel();
            network.adopt(channel);
            return awaited(connected, budgetNanos);
        }

        private InetSocketAddress destination() {
            return proxy.isEmpty()
                    ? address
                    : InetSocketAddress.createUnresolved(origin.host().text(), origin.port());
        }

        /// Waits for the proxy and for TLS.
        Connection finish(Deadline deadline) throws InterruptedException {
            Channel opened = Objects.requireNonNull(channel);
            for (Future<?> step : steps) {
                Throwable cause = awaited(step, deadline.remainingNanos());
                if (cause != null) {
                    boolean isProxys = proxy.isPresent() && step.equals(steps.getFirst());
                    throw isProxys ? notLetThrough(proxy.get(), cause) : insecure(cause);
                }
            }
            connection.open(opened);
            return connection;
        }

        private UpstreamFailed notLetThrough(ProxySettings.Proxy proxy, Throwable cause) {
            String why = reason(cause).replaceFirst(".*, status: ", "it answered ");
            return proxyFailed(proxy, "does not let us through to " + origin + ": " + why, cause);
        }

        private UpstreamFailed insecure(Throwable cause) {
            Distrust distrust =
                    Distrust.of(cause).orElseGet(() -> new Distrust(Obstacle.TLS, reason(cause)));
            String what = "no secure connection to " + origin.host() + ": " + distrust.what();
            return failed(distrust.obstacle(), origin, what, cause);
        }

        private static String reason(Throwable cause) {
            if (cause instanceof TimeoutException) {
                return "it took too long";
            }
            return cause instanceof ClosedChannelException || cause.getMessage() == null
                    ? "it hung up"
                    : cause.getMessage();
        }

        private @Nullable Throwable awaited(Future<?> step, long budgetNanos)
                throws InterruptedException {
            boolean isGood = false;
            try {
                boolean isOver = step.await(budgetNanos, TimeUnit.NANOSECONDS);
                isGood = isOver && step.isSuccess();
                return isGood ? null : isOver ? step.cause() : new TimeoutException();
            } finally {
                if (!isGood && channel != null) {
                    var _ = channel.close();
                }
            }
        }

        /// On the event loop.
        @Override
        protected void initChannel(Channel channel) {
            ChannelPipeline pipeline = channel.pipeline();
            if (proxy.isPresent()) {
                ProxyHandler handler = proxyHandler(proxy.get());
                pipeline.addLast(handler);
                steps.add(handler.connectFuture());
            }
            tls.ifPresent(context -> {
                SslHandler handler =
                        context.newHandler(channel.alloc(), origin.host().text(), origin.port());
                pipeline.addLast(handler);
                steps.add(handler.handshakeFuture());
            });
            HttpDecoderConfig limits =
                    new HttpDecoderConfig()
                            .setMaxInitialLineLength(LINE_MAX)
                            .setMaxHeaderSize(HEADERS_MAX)
                            .setMaxChunkSize(RECEIVE_BUFFER_MAX);
            pipeline.addLast(new HttpClientCodec(limits, false, true));
            pipeline.addLast(connection.handler());
        }

        private ProxyHandler proxyHandler(ProxySettings.Proxy proxy) {
            HttpProxyHandler handler =
                    proxy.credentials()
                            .map(c ->
                                    new HttpProxyHandler(
                                            address, c.username(), c.password().reveal()))
                            .orElseGet(() -> new HttpProxyHandler(address));
            handler.setConnectTimeoutMillis(network.budgets().connect().toMillis());
            return handler;
        }

        private static int millis(long nanos) {
            return Math.clamp(TimeUnit.NANOSECONDS.toMillis(nanos), 1, Integer.MAX_VALUE);
        }
    }
}
