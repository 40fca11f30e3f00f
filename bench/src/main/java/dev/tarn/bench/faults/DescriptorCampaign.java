package dev.tarn.bench.faults;

import dev.tarn.bench.fixture.Blob;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A process with few descriptors and more clients than it can have: it turns some away, does not
/// break, and is as good as ever once they have left.
record DescriptorCampaign() implements Campaign {

    private static final int DESCRIPTORS = 300;
    private static final int CLIENTS = 500;

    @Override
    public String name() {
        return "descriptors";
    }

    @Override
    public String what() {
        return "500 connections to a process that may have 300 descriptors, and what is left after them";
    }

    @Override
    public void run(Ground ground) throws IOException {
        Invariants invariants = new Invariants(ground.tally());
        Node node = ground.node().behind(List.of("prlimit", "--nofile=" + DESCRIPTORS));
        node.start();
        Blob known = ground.blob(100_000);
        invariants.right("at first", Pull.of(node.endpoint(), known).run());
        for (int round = 0; round < ground.rounds(3, 10); round++) {
            String when = "round " + round;
            List<SocketChannel> crowd = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                SocketChannel socket = SocketChannel.open();
                crowd.add(socket);
                socket.configureBlocking(false);
                socket.connect(
                        new InetSocketAddress(
                                InetAddress.getLoopbackAddress(), node.endpoint().port()));
            }
            Blob cold = ground.blob(200_000);
            for (int i = 0; i < 10; i++) {
                Duration patience = Duration.ofMillis(500);
                invariants.honest(when, Pull.of(node.endpoint(), known).within(patience).run());
                invariants.honest(when, Pull.of(node.endpoint(), cold).within(patience).run());
            }
            for (SocketChannel socket : crowd) {
                socket.close();
            }
            ground.tally().count("floods");
            invariants.alive(when, node);
            Duration back = Duration.ofSeconds(20);
            invariants.right(when, Pull.of(node.endpoint(), known).runUntilRight(back));
            invariants.right(when, Pull.of(node.endpoint(), cold).runUntilRight(back));
            WriteErrorCampaign.storesAgain(ground, node, when, new ArrayList<>(), invariants);
        }
        invariants.nothingIncoming("at the end", node.tree());
    }
}
