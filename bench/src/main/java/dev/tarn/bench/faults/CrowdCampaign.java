package dev.tarn.bench.faults;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.load.Endpoint;
import dev.tarn.bench.machine.Pause;
import dev.tarn.bench.upstream.FakeUpstream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/// Very many connections: idle ones, active ones, and those that send a head so slowly that it
/// never ends. They come from many addresses, as they would.
record CrowdCampaign() implements Campaign {

    private static final Duration SLOW_MAX = Duration.ofSeconds(15);
    private static final double FIRST_BYTE_MAX_MILLIS = 50;
    private static final long RESIDENT_MAX_KB = 400_000;
    private static final int PER_ADDRESS = 50;
    private static final long BETWEEN_NANOS = 1_000_000_000L;

    /// How many idle ones come or ask at a time: what matters is how many there are, not that they
    /// all come at once.
    private static final int HERD = 100;

    /// How many looks at the idle ones there are until each has asked again: less than a minute.
    private static final int LOOKS_BETWEEN = 4;

    /// An idle connection is one that has had its answer.
    private static final String IDLE = "GET /v2/ HTTP/1.1\r\nHost: localhost\r\n\r\n";

    @Override
    public String name() {
        return "crowd";
    }

    @Override
    public String what() {
        return "10,000 idle connections, 500 active ones and 2,000 that send a head for ever (quick: a fifth)";
    }

    @Override
    public void run(Ground ground) throws IOException {
        // What it takes longer for the same pulls at the same time is the machine's doing.
        try (FakeUpstream plain = new FakeUpstream(ground.upstream().shelf())) {
            run(ground, new Endpoint(plain.port(), false));
        }
    }

    private static void run(Ground ground, Endpoint plain) throws IOException {
        Invariants invariants = new Invariants(ground.tally());
        int part = ground.isQuick() ? 5 : 1;
        Node node = ground.node();
        node.start();
        List<Blob> blobs = ground.blobs(20, 4_000);
        for (int i = 0; i < 3_000; i++) { // the JVM compiles
            invariants.right("at first", Pull.of(node.endpoint(), blobs.get(i % 20)).run());
        }
        AtomicBoolean isOver = new AtomicBoolean();
        List<Double> firstBytes = Collections.synchronizedList(new ArrayList<>());
        List<Double> plainFirstBytes = Collections.synchronizedList(new ArrayList<>());
        List<SocketChannel> idle = new ArrayList<>();
        List<Thread> active = new ArrayList<>();
        try {
            while (idle.size() < 10_000 / part) {
                idle.add(connect(node, idle.size() / PER_ADDRESS + 1, IDLE, true));
                if (idle.size() % HERD == 0) {
                    awaitAnswer(idle.getLast());
                }
            }
            slowSenders(ground, node, 2_000 / part); // it compiles how they are turned away
            for (int i = 0; i < 500 / part; i++) {
                Blob blob = blobs.get(i % blobs.size());
                int client = 20_000 + i;
                Runnable pulls =
                        () -> {
                            Pull pull = Pull.of(node.endpoint(), blob).from(client);
                            Pulled pulled = invariants.right("in the crowd", pull.run());
                            firstBytes.add(pulled.firstByteMillis());
                            plainFirstBytes.add(Pull.of(plain, blob).run().firstByteMillis());
                        };
                long beginning = System.nanoTime() + i * BETWEEN_NANOS * part / 500;
                active.add(Thread.ofVirtual().start(() -> nowAndThen(pulls, beginning, isOver)));
            }
            int look = 0;
            long until = System.nanoTime() + ground.seconds(40, 600) * 1_000_000_000L;
            while (System.nanoTime() < until) {
                slowSenders(ground, node, 2_000 / part);
                refill(ground, node, idle, look++);
                ground.tally().most("MB RSS, at most", node.status("VmRSS") / 1_000);
            }
        } finally {
            isOver.set(true);
            Clients.join(active);
            for (SocketChannel socket : idle) {
                socket.close();
            }
        }
        double p99 = Clients.quantile(firstBytes, 0.99);
        double plainP99 = Clients.quantile(plainFirstBytes, 0.99);
        ground.tally().most("ms to the first byte of a hit, p99", Math.round(p99));
        ground.tally().most("ms to that of a plain server, p99", Math.round(plainP99));
        if (p99 > FIRST_BYTE_MAX_MILLIS + plainP99) {
            ground.tally().violated("p99 of a hit's first byte: %.1f ms".formatted(p99));
        }
        if (ground.tally().total("MB RSS, at most") * 1_000 > RESIDENT_MAX_KB) {
            ground.tally().violated("RSS over 400 MB");
        }
        invariants.alive("at the end", node);
    }

    private static void awaitAnswer(SocketChannel socket) throws IOException {
        ByteBuffer scratch = ByteBuffer.allocate(4_096);
        while (socket.read(scratch) == 0) {
            Pause.millis(1);
        }
    }

    /// A part of them asks again, so that none is closed for having been idle for too long; those
    /// that are gone come back, as a pool of a client would.
    private static void refill(Ground ground, Node node, List<SocketChannel> idle, int look)
            throws IOException {
        ByteBuffer scratch = ByteBuffer.allocate(4_096);
        int there = idle.size();
        for (int i = 0; i < idle.size(); i++) {
            scratch.clear();
            if (i % HERD == 0) {
                Pause.millis(5);
            }
            boolean isGone;
            try {
                int count = idle.get(i).read(scratch);
                isGone = count < 0 || ISO_8859_1.decode(scratch.flip()).toString().contains(" 503");
                if (!isGone && i % LOOKS_BETWEEN == look % LOOKS_BETWEEN) {
                    idle.get(i).write(ByteBuffer.wrap(IDLE.getBytes(ISO_8859_1)));
                }
            } catch (IOException e) {
                isGone = true;
            }
            if (isGone) {
                there--;
                idle.get(i).close();
                idle.set(i, connect(node, i / PER_ADDRESS + 1, IDLE, true));
            }
        }
        ground.tally().count("looks at the idle ones");
        ground.tally().add("idle connections seen, in all looks", there);
        if (there < idle.size() / 2) {
            ground.tally()
                    .violated("only %d of %d idle ones are there".formatted(there, idle.size()));
        }
    }

    private static void nowAndThen(Runnable pulls, long beginning, AtomicBoolean isOver) {
        long next = beginning;
        while (!isOver.get()) {
            Pause.until(next);
            pulls.run();
            next = Math.max(next + BETWEEN_NANOS, System.nanoTime());
        }
    }

    /// Each sends a byte of a header now and then; all are gone within 15 s.
    private static void slowSenders(Ground ground, Node node, int count) throws IOException {
        long begun = System.nanoTime();
        List<SocketChannel> open = new ArrayList<>();
        int senders = 0;
        try {
            for (int i = 0; i < count; i++) {
                open.add(
                        connect(
                                node,
                                10_000 + i / PER_ADDRESS,
                                "GET /v2/ HTTP/1.1\r\nHost: localhost\r\nX: ",
                                false));
                senders++;
            }
            ByteBuffer scratch = ByteBuffer.allocate(1_024);
            while (!open.isEmpty() && System.nanoTime() - begun < 2 * SLOW_MAX.toNanos()) {
                Pause.millis(500);
                for (SocketChannel socket : List.copyOf(open)) {
                    if (isGone(socket, scratch)) {
                        socket.close();
                        open.remove(socket);
                    }
                }
            }
            long millis = (System.nanoTime() - begun) / 1_000_000;
            ground.tally().add("slow senders", senders);
            ground.tally().most("ms until the last slow sender was gone", millis);
            if (!open.isEmpty() || millis > SLOW_MAX.toMillis()) {
                ground.tally()
                        .violated(
                                "%d of %d slow senders are there after %d ms"
                                        .formatted(open.size(), senders, millis));
            }
        } finally {
            for (SocketChannel socket : open) {
                socket.close();
            }
        }
    }

    private static boolean isGone(SocketChannel socket, ByteBuffer scratch) {
        try {
            scratch.clear();
            if (socket.read(scratch) < 0) {
                return true;
            }
            socket.write(ByteBuffer.wrap(new byte[] {'x'}));
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private static SocketChannel connect(Node node, int client, String text, boolean mustStay)
            throws IOException {
        SocketChannel socket = SocketChannel.open();
        try {
            socket.bind(
                    new InetSocketAddress(
                            InetAddress.getByAddress(
                                    new byte[] {127, 2, (byte) (client >> 8), (byte) client}),
                            0));
            socket.connect(
                    new InetSocketAddress(
                            InetAddress.getLoopbackAddress(), node.endpoint().port()));
            socket.configureBlocking(false);
            socket.write(ByteBuffer.wrap(text.getBytes(ISO_8859_1)));
            return socket;
        } catch (IOException e) {
            if (mustStay) {
                socket.close();
                throw e;
            }
            return socket; // turned away already
        }
    }
}
