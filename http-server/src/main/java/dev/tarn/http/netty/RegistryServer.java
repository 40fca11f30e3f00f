package dev.tarn.http.netty;

import dev.tarn.http.Handler;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A handler on a socket: HTTP/1.1, with TLS where there is a certificate. HTTP/2 is not offered:
/// several connections carry more than several streams on one, and allow `sendfile`.
public final class RegistryServer implements AutoCloseable {

    /// How many event loops, and how they wait.
    record Loops(Transport transport, int threads) {
        static final Loops BEST =
                new Loops(Transport.best(), Runtime.getRuntime().availableProcessors());
    }

    /// How long answers may take to notice that their connections were cut.
    private static final Duration CUT_TIME = Duration.ofSeconds(5);

    /// How many of those who are too many are told so; the others are only cut off.
    private static final int TOLD_MAX = 64;

    /// Requests are small; what is read in one go is what a client can make us keep for later.
    private static final int READ_BYTES_MAX = 16 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(RegistryServer.class);

    private final ServerConfig config;
    private final Limits limits;
    private final Handler handler;
    private final Optional<TlsCertificate> tls;
    private final EventLoopGroup loops;
    private final Set<Channel> connections = ConcurrentHashMap.newKeySet();
    private final Semaphore unfinishedHeads;
    private final KnownHeads knownHeads = new KnownHeads();
    private final Answers answers = new Answers();
    private final Clients clients;
    private final Descriptors descriptors = Descriptors.ofProcess();
    private final ReadAhead readAhead = new ReadAhead();
    private final Channel listener;
    private final LoopLag lag;

    /// Listens once this returns.
    public static RegistryServer start(ServerConfig config, Handler handler) throws IOException {
        return start(config, Limits.DEFAULT, handler);
    }

    public static RegistryServer start(ServerConfig config, Limits limits, Handler handler)
            throws IOException {
        return new RegistryServer(config, limits, handler, Loops.BEST);
    }

    RegistryServer(ServerConfig config, Limits limits, Handler handler, Loops loops)
            throws IOException {
        this.config = config;
        this.limits = limits;
        this.clients = new Clients(limits.requestsPerClient());
        this.unfinishedHeads = new Semaphore(limits.unfinishedHeads());
        this.handler = handler;
        this.tls =
                config.tls().isEmpty()
                        ? Optional.empty()
                        : Optional.of(new TlsCertificate(config.tls().get()));
        this.loops =
                new MultiThreadIoEventLoopGroup(
                        loops.threads(), new DefaultThreadFactory("http"), loops.transport().io());
        ChannelFuture bound = bind(loops.transport());
        if (!bound.isSuccess()) {
            shutDownLoops();
            throw new IOException(
                    "cannot listen on %s:%d".formatted(config.host(), config.port()),
                    bound.cause());
        }
        this.listener = bound.channel();
        this.lag = new LoopLag(this.loops);
        listener.closeFuture().addListener(_ -> dieUnlessClosing("the listener"));
        this.loops.forEach(loop ->
                loop.terminationFuture().addListener(_ -> dieUnlessClosing("an event loop")));
    }

    /// A server that has lost one of these would go on without answering: that is for whoever
    /// watches over the process to end. Netty itself only logs it.
    private void dieUnlessClosing(String what) {
        if (!answers.isDraining()) {
            Thread current = Thread.currentThread();
            current.getUncaughtExceptionHandler()
                    .uncaughtException(current, new IllegalStateException(what + " has died"));
        }
    }

    private ChannelFuture bind(Transport transport) {
        return transport
                .configure(new ServerBootstrap())
                .group(loops)
                .channel(transport.channel())
                .option(ChannelOption.SO_BACKLOG, 1024)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(512, 2 << 10, READ_BYTES_MAX))
                .childHandler(
                        new ChannelInitializer<>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                accept(channel);
                            }
                        })
                .bind(config.host(), config.port())
                .awaitUninterruptibly();
    }

    private void accept(Channel channel) {
        connections.add(channel);
        Clients.Client client = clients.join(channel.remoteAddress());
        channel.closeFuture()
                .addListener(_ -> {
                    connections.remove(channel);
                    client.leave();
                });
        int excess = connections.size() - limits.connections();
        int excessOfClient = client.connections() - limits.connectionsPerClient();
        if (answers.isDraining()) {
            var _ = channel.close();
        } else if (excess > 0) {
            turnAway(channel, client, ClientLimit.CONNECTIONS, Math.max(excess, excessOfClient));
        } else if (excessOfClient > 0) {
            turnAway(channel, client, ClientLimit.CONNECTIONS_PER_CLIENT, excessOfClient);
        } else if (descriptors.areScarce(channel)) {
            turnAway(channel, client, ClientLimit.DESCRIPTORS, 1);
        } else {
            serve(channel, client);
        }
    }

    /// @param excess how many are connected that should not be
    private void turnAway(Channel channel, Clients.Client client, ClientLimit limit, int excess) {
        client.turnAway(limit);
        if (excess > TOLD_MAX || descriptors.areGone(channel)) {
            var _ = channel.close();
        } else {
            channel.pipeline().addLast(new Overload(limits.lingerTime(), tls.isPresent()));
        }
    }

    private void serve(Channel channel, Clients.Client client) {
        tls.ifPresent(certificate -> {
            SslHandler handshake = certificate.context().newHandler(channel.alloc());
            handshake.setHandshakeTimeoutMillis(limits.headerTime().toMillis());
            // a client that is cut because it takes nothing will not take a farewell either
            handshake.setCloseNotifyFlushTimeoutMillis(limits.lingerTime().toMillis());
            channel.pipeline().addLast(handshake);
        });
        Deadline deadline = new Deadline(channel.eventLoop());
        HeadGate gate = new HeadGate(limits, unfinishedHeads, knownHeads, deadline);
        HttpDecoderConfig decoder =
                new HttpDecoderConfig()
                        .setMaxInitialLineLength(limits.requestLineBytes())
                        .setMaxHeaderSize(limits.headerBytes());
        channel.pipeline()
                .addLast(gate)
                .addLast(new HttpRequestDecoder(decoder))
                .addLast(
                        new Connection(
                                channel, gate, deadline, limits, handler, answers, client,
                                readAhead));
    }

    /// Where it listens, with the port that was found.
    public InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    /// Whether it has begun to close.
    public boolean isDraining() {
        return answers.isDraining();
    }

    /// How much later than planned an event loop came to a task, at worst in the last seconds.
    public Duration lag() {
        return lag.worst();
    }

    /// When the certificate that clients see ends; empty without TLS.
    public Optional<Instant> certificateEnd() {
        return tls.map(TlsCertificate::end);
    }

    /// From here on requests may mean something else than before.
    public void forgetRequests() {
        knownHeads.forget();
    }

    /// How many answers are under way.
    public int answering() {
        return answers.running();
    }

    /// How many connections there are, of served clients and of others.
    public int connected() {
        return connections.size();
    }

    /// How many connections and requests were turned away at this limit, since the start.
    public long turnedAway(ClientLimit limit) {
        return clients.turnedAway(limit);
    }

    /// How many clients those belong to.
    int clients() {
        return clients.count();
    }

    EventLoopGroup loops() {
        return loops;
    }

    /// Stops to accept, lets the answers that are under way finish within the drain timeout, and
    /// then cuts them off.
    @Override
    public void close() {
        if (answers.isDraining()) {
            return;
        }
        answers.drain();
        listener.close().awaitUninterruptibly();
        connections.forEach(channel -> {
            Connection connection = channel.pipeline().get(Connection.class);
            if (connection != null) {
                connection.closeWhenIdle();
            }
        });
        try {
            boolean isDrained = answers.await(config.drainTimeout());
            cutAll();
            if (!isDrained && !answers.await(CUT_TIME)) {
                LOG.error("{} answers go on without their connections", answers.running());
            }
        } catch (InterruptedException e) {
            cutAll();
            Thread.currentThread().interrupt();
        } finally {
            shutDownLoops();
        }
    }

    private void cutAll() {
        connections.forEach(channel -> {
            var _ = channel.close();
        });
    }

    private void shutDownLoops() {
        readAhead.close();
        var _ =
                loops.shutdownGracefully(0, 1, TimeUnit.SECONDS)
                        .awaitUninterruptibly(CUT_TIME.toMillis());
    }
}
