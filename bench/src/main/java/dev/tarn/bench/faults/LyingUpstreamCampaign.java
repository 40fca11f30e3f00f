package dev.tarn.bench.faults;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.fixture.Image;
import dev.tarn.bench.fixture.Shelf;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Upstreams that break off, stall and refuse, from which a client notices nothing; and upstreams
/// that lie, of which nobody ever gets a complete answer.
record LyingUpstreamCampaign() implements Campaign {

    private static final long SIZE = 9_000_000;
    private static final long CHUNK = 8L << 20;
    private static final int CLIENTS = 4;

    @Override
    public String name() {
        return "lies";
    }

    @Override
    public String what() {
        return "cuts, resets, stalls and refusals that a client does not notice; wrong, short and long bodies that nobody gets";
    }

    @Override
    public void run(Ground ground) throws IOException {
        Invariants invariants = new Invariants(ground.tally());
        Node node = ground.node();
        node.start();
        for (int round = 0; round < ground.rounds(1, 20); round++) {
            for (Map.Entry<String, FaultyUpstream.Script> fault : passing().entrySet()) {
                hidden(ground, node, fault.getKey(), fault.getValue(), invariants);
            }
            for (Map.Entry<String, Fault> lie : lies().entrySet()) {
                lie(ground, node, lie.getKey(), lie.getValue(), invariants);
            }
        }
        invariants.discreet("at the end", ground.upstream());
        invariants.nothingIncoming("at the end", node.tree());
        node.stop();
        invariants.named("at the end", node.tree());
        invariants.nothingStray("at the end", node.tree());
    }

    /// What goes wrong with the first answers about a blob only.
    private static Map<String, FaultyUpstream.Script> passing() {
        Map<String, FaultyUpstream.Script> faults = new LinkedHashMap<>();
        faults.put("cut at 0", first(1, Fault.cut(0)));
        faults.put("cut at 1", first(1, Fault.cut(1)));
        faults.put("cut at half", first(1, Fault.cut(CHUNK / 2)));
        faults.put("cut at the last byte", first(2, Fault.cut(SIZE - CHUNK - 1)));
        faults.put("reset at half", first(1, Fault.reset(CHUNK / 2)));
        faults.put("three cuts in a row", first(3, Fault.cut(1_000_000)));
        faults.put("stops at 8 MiB, no ranges", first(1, Fault.cut(CHUNK).ignoringRange()));
        faults.put("no ranges", first(1_000, Fault.NONE.ignoringRange()));
        faults.put("cut at half, no ranges", first(1, Fault.cut(SIZE / 2).ignoringRange()));
        faults.put("429 with Retry-After", first(1, Fault.refusal(429, 1)));
        faults.put("500 once", first(1, Fault.refusal(500, 0)));
        faults.put("502 once", first(1, Fault.refusal(502, 0)));
        faults.put("503 with Retry-After", first(1, Fault.refusal(503, 1)));
        faults.put("504 once", first(1, Fault.refusal(504, 0)));
        faults.put("stall at half", first(1, Fault.stall(CHUNK / 2)));
        return faults;
    }

    private static FaultyUpstream.Script first(int count, Fault fault) {
        return ask ->
                ask.isGet() && ask.path().contains("/blobs/") && ask.ordinal() < count
                        ? fault
                        : Fault.NONE;
    }

    private static void hidden(
            Ground ground,
            Node node,
            String name,
            FaultyUpstream.Script script,
            Invariants invariants)
            throws IOException {
        Blob blob = ground.blob(SIZE);
        ground.upstream().follow(script);
        List<Pull> pulls = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            pulls.add(Pull.of(node.endpoint(), blob).within(Duration.ofSeconds(40)));
        }
        Clients.all(pulls).forEach(pulled -> invariants.right(name, pulled));
        ground.tally().count("faults that nobody should notice");
        ground.upstream().heal();
        invariants.right(
                name + ", later",
                Pull.of(node.endpoint(), blob).runUntilRight(Duration.ofSeconds(40)));
        invariants.kept(name + ", stored", node, ground.upstream(), List.of(blob));
    }

    /// What is wrong with every answer.
    private static Map<String, Fault> lies() {
        Map<String, Fault> lies = new LinkedHashMap<>();
        lies.put("a wrong first byte", Fault.flip(0));
        lies.put("a wrong byte", Fault.flip(200));
        lies.put("one byte short", Fault.grown(-1));
        lies.put("short", Fault.grown(-150));
        lies.put("one byte long", Fault.grown(1));
        lies.put("long", Fault.grown(4_000));
        lies.put("Content-Length too small", Fault.lengthOff(-7));
        lies.put("Content-Length too large", Fault.lengthOff(7));
        lies.put("wrong and without ranges", Fault.flip(100).ignoringRange());
        return lies;
    }

    private static void lie(
            Ground ground, Node node, String name, Fault fault, Invariants invariants)
            throws IOException {
        Image image = ground.fixtures().image(List.of(SIZE));
        String tag = "t" + image.manifest().digest().substring(7, 19);
        ground.upstream().shelf().add(image, tag);
        ground.upstream().follow(ask -> ask.isGet() ? fault : Fault.NONE);
        Blob layer = image.layers().getFirst();
        List<Pull> pulls =
                List.of(
                        Pull.of(node.endpoint(), layer),
                        Pull.of(node.endpoint(), image.config()),
                        Pull.of(node.endpoint(), image, tag),
                        Pull.at(node.endpoint(), Shelf.pathOf(image), image.manifest()));
        for (Pull pull : pulls) {
            List<Pull> all = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                all.add(pull.within(Duration.ofSeconds(40)));
            }
            Clients.all(all)
                    .forEach(pulled ->
                            invariants.honest("%s, cold, %s".formatted(name, pull.path()), pulled));
            ground.tally().count("lies told");
        }
        if (node.tree().has(layer) && !Tree.isNamedByItsHash(node.tree().place(layer))) {
            ground.tally().violated(name + ": kept");
        }
        ground.upstream().heal();
        for (Pull pull : pulls) {
            invariants.right(name + ", later", pull.runUntilRight(Duration.ofSeconds(40)));
        }
        // What is here is served whatever the upstream says now.
        ground.upstream().follow(ask -> ask.isGet() ? fault : Fault.NONE);
        for (Pull pull : pulls) {
            invariants.right(name + ", warm", pull.run());
        }
        ground.upstream().heal();
    }
}
