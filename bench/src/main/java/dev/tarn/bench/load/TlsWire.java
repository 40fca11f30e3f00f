package dev.tarn.bench.load;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;

/// TLS 1.3 with BoringSSL, without an event loop. A server that agrees on another cipher than the
/// others is refused: the figures could not be compared.
final class TlsWire implements Wire {

    private static final String CIPHER = "TLS_AES_128_GCM_SHA256";
    private static final int RECORD_BYTES = 17 << 10;

    private final SocketChannel socket;
    private final SSLEngine engine;
    private final ByteBuffer received = ByteBuffer.allocateDirect(256 << 10).flip();
    private final ByteBuffer sending = ByteBuffer.allocateDirect(32 << 10);

    private TlsWire(SocketChannel socket, SSLEngine engine) {
        this.socket = socket;
        this.engine = engine;
    }

    static SslContext context(File authority) throws IOException {
        return SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL)
                .trustManager(authority)
                .protocols("TLSv1.3")
                .endpointIdentificationAlgorithm(null)
                .build();
    }

    static TlsWire connect(SocketChannel socket, SslContext context) throws IOException {
        TlsWire wire = new TlsWire(socket, context.newEngine(UnpooledByteBufAllocator.DEFAULT));
        try {
            wire.handshake();
            String cipher = wire.engine.getSession().getCipherSuite();
            if (!cipher.equals(CIPHER)) {
                throw new IOException("the server chose " + cipher);
            }
        } catch (IOException | RuntimeException e) {
            wire.close();
            throw e;
        }
        return wire;
    }

    private void handshake() throws IOException {
        engine.beginHandshake();
        ByteBuffer nothing = ByteBuffer.allocateDirect(RECORD_BYTES);
        while (true) {
            HandshakeStatus status = engine.getHandshakeStatus();
            switch (status) {
                case NEED_WRAP -> wrap(ByteBuffer.allocate(0));
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    if (unwrap(nothing) == Status.BUFFER_UNDERFLOW && !receive()) {
                        throw new IOException("closed during the handshake");
                    }
                }
                case NEED_TASK -> engine.getDelegatedTask().run();
                case FINISHED, NOT_HANDSHAKING -> {
                    return;
                }
            }
        }
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        int start = into.position();
        while (true) {
            Status status = into.remaining() < RECORD_BYTES ? Status.BUFFER_OVERFLOW : unwrap(into);
            switch (status) {
                case OK -> {
                    // There may be more.
                }
                case BUFFER_OVERFLOW -> {
                    return into.position() - start;
                }
                case BUFFER_UNDERFLOW -> {
                    if (into.position() > start) {
                        return into.position() - start;
                    }
                    if (!receive()) {
                        return -1;
                    }
                }
                case CLOSED -> {
                    return into.position() > start ? into.position() - start : -1;
                }
            }
        }
    }

    private Status unwrap(ByteBuffer into) throws IOException {
        return engine.unwrap(received, into).getStatus();
    }

    private boolean receive() throws IOException {
        received.compact();
        try {
            return socket.read(received) >= 0;
        } finally {
            received.flip();
        }
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            wrap(bytes);
        }
    }

    private void wrap(ByteBuffer bytes) throws IOException {
        sending.clear();
        SSLEngineResult result = engine.wrap(bytes, sending);
        if (result.getStatus() != Status.OK) {
            throw new IOException("TLS: " + result);
        }
        sending.flip();
        while (sending.hasRemaining()) {
            socket.write(sending);
        }
    }

    /// Only by the thread that reads: the engine is native memory.
    @Override
    public void close() throws IOException {
        socket.close();
        ReferenceCountUtil.release(engine);
    }
}
