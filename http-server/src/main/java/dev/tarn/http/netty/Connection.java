package dev.tarn.http.netty;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.tarn.http.Delivery;
import dev.tarn.http.Handler;
import dev.tarn.http.RequestBody;
import dev.tarn.http.Response;
import dev.tarn.http.Response.Body;
import dev.tarn.oci.ContentRange;
import dev.tarn.pull.BlobContent;
import dev.tarn.pull.BlobFile;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client's connection: one request at a time. An answer that is at hand goes out from the
/// event loop; one that must be waited for, or whose bytes still come, has a virtual thread. All of
/// it runs on the event loop, but for `find` and `stream`, which are that thread.
final class Connection extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    private final Channel channel;
    private final HeadGate gate;
    private final Deadline deadline;
    private final Limits limits;
    private final Handler handler;
    private final Answers answers;
    private final Clients.Client client;
    private final ReadAhead readAhead;
    private final String address;
    private final RequestIds requestIds = new RequestIds();
    private @Nullable Head current;
    private @Nullable Thread waiting;
    private @Nullable Sending sending;
    private @Nullable ArrivingBody body;

    Connection(
            Channel channel,
            HeadGate gate,
            Deadline deadline,
            Limits limits,
            Handler handler,
            Answers answers,
            Clients.Client client,
            ReadAhead readAhead) {
        this.channel = channel;
        this.gate = gate;
        this.deadline = deadline;
        this.limits = limits;
        this.handler = handler;
        this.answers = answers;
        this.client = client;
        this.readAhead = readAhead;
        this.address =
                channel.remoteAddress() instanceof InetSocketAddress internet
                        ? internet.getAddress().getHostAddress()
                        : "";
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            switch (message) {
                case Head.Sound known -> begin(known);
                case HttpRequest request -> begin(understood(request));
                case HttpContent part when body != null -> body.add(part.content());
                default -> {
                    // the end of a request without a body
                }
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private Head understood(HttpRequest request) {
        body =
                ArrivingBody.isBehind(request)
                        ? new ArrivingBody(request, channel, gate, deadline, limits.headerTime())
                        : null;
        Head head = Head.of(request, body == null ? RequestBody.NONE : body, handler);
        if (head instanceof Head.Sound sound && body == null) {
            gate.remember(sound);
        }
        return head;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (event instanceof HeadGate.Flaw flaw) {
            begin(
                    switch (flaw) {
                        case MALFORMED -> Head.refused(400, "this is not an HTTP request");
                        case TOO_MANY_HEADERS -> Head.refused(431, "there are too many headers");
                        case TOO_MANY_HEADS -> turnedAway(ClientLimit.UNFINISHED_HEADS);
                        case LATE -> Head.refused(408, "the request did not arrive in time");
                    });
        } else {
            super.userEventTriggered(ctx, event);
        }
    }

    private Head turnedAway(ClientLimit limit) {
        client.turnAway(limit);
        return Head.busy();
    }

    private void begin(Head asked) {
        if (current != null || !channel.isActive()) {
            return;
        }
        Head head = client.begin() ? asked : turnedAway(ClientLimit.REQUESTS_PER_CLIENT);
        if (!head.isPersistent() && body == null) {
            gate.finish();
        }
        current = head;
        answers.begin();
        Delivery delivery = new Delivery(address, head.requestId().orElseGet(requestIds::next));
        Optional<Response> atHand = recall(head);
        if (atHand.isPresent()) {
            send(head, atHand.get(), delivery);
        } else {
            await(() -> find(head, delivery));
        }
    }

    /// A bug there must not cost the answer.
    private static Optional<Response> recall(Head head) {
        try {
            return head.question().recall();
        } catch (RuntimeException e) {
            LOG.error("a bug: what is at hand is looked for again", e);
            return Optional.empty();
        }
    }

    /// The one place where work leaves the event loop.
    private void await(Runnable work) {
        waiting = Thread.ofVirtual().name("request").start(work);
    }

    private void find(Head head, Delivery delivery) {
        Optional<Response> found = Optional.empty();
        try {
            found = Optional.of(head.question().answer());
        } catch (InterruptedException e) {
            LOG.debug("the client left before there was an answer", e);
        } catch (RuntimeException e) {
            LOG.error("a bug: the connection is cut", e);
        } finally {
            Optional<Response> response = found;
            if (response.filter(Connection::isComing).isPresent()) {
                stream(
                        head,
                        goesOn(head, response.get()),
                        delivery,
                        writer(response.get(), delivery));
            } else {
                channel.eventLoop()
                        .execute(() ->
                                response.ifPresentOrElse(
                                        whole -> send(head, whole, delivery),
                                        () -> answered(head, false, false)));
            }
        }
    }

    /// Whether there is a body of which some may still have to be waited for.
    private static boolean isComing(Response response) {
        return switch (response.body()) {
            case Body.Blob(BlobContent content, ContentRange part, _) ->
                    !(content instanceof BlobFile) && part.length() > 0;
            case Body.Stream _ -> true;
            case Body.Empty _, Body.Bytes _ -> false;
        };
    }

    /// The one place where bytes come back; but for those that `stream` waits for.
    private void send(Head head, Response response, Delivery delivery) {
        if (isComing(response)) {
            boolean goesOn = goesOn(head, response);
            await(() -> stream(head, goesOn, delivery, writer(response, delivery)));
            return;
        }
        boolean goesOn = goesOn(head, response);
        Sending sending =
                new Sending(
                        channel,
                        response,
                        delivery,
                        readAhead,
                        answers,
                        end -> sent(head, response, delivery, goesOn, end));
        this.sending = sending;
        sending.start(ending(head, goesOn, delivery));
        if (!sending.isDone()) {
            watch(sending, new Patience(limits));
        }
    }

    private void sent(
            Head head, Response response, Delivery delivery, boolean goesOn, Sending.End end) {
        switch (end) {
            case COMPLETE -> answered(head, true, goesOn);
            case CUT -> answered(head, false, goesOn);
            case DAMAGED -> {
                Sending sent = Objects.requireNonNull(sending);
                deadline.clear();
                await(() ->
                        stream(
                                head,
                                goesOn,
                                delivery,
                                writer(response, delivery)
                                        .behind(sent.position(), !sent.isUnbegun())));
            }
        }
    }

    /// Whether there may be another request; only the end of the connection ends a stream.
    private boolean goesOn(Head head, Response response) {
        return head.isPersistent()
                && !answers.isDraining()
                && !(response.body() instanceof Body.Stream);
    }

    /// The last header lines, and the empty one.
    private static byte[] ending(Head head, boolean goesOn, Delivery delivery) {
        String connection =
                !goesOn
                        ? "\r\nConnection: close"
                        : head.isHttp10() ? "\r\nConnection: keep-alive" : "";
        return ("X-Request-Id: " + delivery.requestId() + connection + "\r\n\r\n")
                .getBytes(US_ASCII);
    }

    private BlobWriter writer(Response response, Delivery delivery) {
        return new BlobWriter(channel, limits, answers, deadline, response, delivery);
    }

    /// Closes the connection when the client takes its bytes too slowly.
    private void watch(Sending sending, Patience patience) {
        deadline.set(
                patience.lookTime(),
                () -> {
                    if (patience.isOver(sending.progress(), sending.waitedNanos())) {
                        LOG.debug("a client took its bytes too slowly");
                        var _ = channel.close();
                    } else {
                        watch(sending, patience);
                    }
                });
    }

    private void stream(Head head, boolean goesOn, Delivery delivery, BlobWriter writer) {
        boolean isComplete = false;
        try {
            isComplete = writer.write(ending(head, goesOn, delivery));
        } catch (InterruptedException e) {
            LOG.debug("the client left before its answer was whole", e);
        } catch (RuntimeException e) {
            LOG.error("a bug: the connection is cut", e);
        } finally {
            boolean isWhole = isComplete;
            channel.eventLoop().execute(() -> answered(head, isWhole, goesOn));
        }
    }

    private void answered(Head head, boolean isComplete, boolean goesOn) {
        current = null;
        waiting = null;
        sending = null;
        deadline.clear();
        if (body != null) {
            body = null;
            gate.finish();
        }
        answers.end();
        client.end();
        if (isComplete && goesOn && !answers.isDraining()) {
            gate.open();
        } else if (isComplete && !head.isPersistent()) {
            Lingering.close(channel, limits.lingerTime());
        } else {
            var _ = channel.close();
        }
    }

    /// The server stops: closes the connection now if it waits for a request, else after the
    /// answer.
    void closeWhenIdle() {
        channel.eventLoop()
                .execute(() -> {
                    if (current == null) {
                        var _ = channel.close();
                    }
                });
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        interrupt();
        super.channelInactive(ctx);
    }

    private void interrupt() {
        if (waiting != null) {
            waiting.interrupt();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("a connection failed", cause);
        var _ = ctx.close();
    }
}
