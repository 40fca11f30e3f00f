package dev.tarn.bench.faults;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.fixture.Shelf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// A thousand clients at once for a blob that nobody has yet: its bytes cross the link once, also
/// where the upstream breaks off in the middle.
record HerdCampaign() implements Campaign {

    private static final int CLIENTS = 1_000;
    private static final long SIZE = 2_000_000;

    @Override
    public String name() {
        return "herd";
    }

    @Override
    public String what() {
        return "1,000 cold clients for one blob: one transfer, also where the upstream fails at half";
    }

    @Override
    public void run(Ground ground) throws IOException {
        Invariants invariants = new Invariants(ground.tally());
        FaultyUpstream upstream = ground.upstream();
        Node node = ground.node();
        node.start();
        for (int round = 0; round < ground.rounds(4, 50); round++) {
            boolean breaks = round % 2 == 1;
            String when = "herd %d%s".formatted(round, breaks ? ", reset at half" : "");
            Blob blob = ground.blob(SIZE);
            Fault usual = Fault.rate(4e6);
            upstream.follow(ask ->
                    breaks && ask.isGet() && ask.ordinal() == 0
                            ? Fault.reset(SIZE / 2).at(4e6)
                            : usual);
            long before = upstream.blobBytes();
            List<Pull> pulls = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                pulls.add(Pull.of(node.endpoint(), blob).from(i + 1));
            }
            Clients.all(pulls).forEach(pulled -> invariants.right(when, pulled));
            // What was in the kernel's buffers when the connection was reset is lost.
            invariants.sentAtMost(when, upstream, before, breaks ? 1.25 * SIZE : SIZE);
            int gets = upstream.gets(Shelf.pathOf(blob));
            ground.tally().count("herds");
            ground.tally().most("GETs for a herd, at most", gets);
            if (gets > (breaks ? 2 : 1)) {
                ground.tally().violated("%s: %d GETs".formatted(when, gets));
            }
        }
        upstream.heal();
        invariants.nothingIncoming("at the end", node.tree());
    }
}
