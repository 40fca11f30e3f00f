package dev.tarn.bench;

import dev.tarn.bench.scenario.Scenario;
import dev.tarn.bench.server.Peer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// What the command line asks for.
record Options(
        List<Scenario> scenarios,
        boolean isQuick,
        int rounds,
        Optional<Path> json,
        Set<Peer> peers) {

    private static final int ROUNDS = 5;
    private static final int ROUNDS_QUICK = 2;

    /// Throws `IllegalArgumentException`, with a message for the user.
    static Options parse(List<String> arguments, Path folder) {
        List<Scenario> scenarios = new ArrayList<>();
        boolean isQuick = arguments.contains("--quick");
        int rounds = isQuick ? ROUNDS_QUICK : ROUNDS;
        Optional<Path> json = Optional.empty();
        Set<Peer> peers = EnumSet.allOf(Peer.class);
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            switch (argument) {
                case "--quick" -> {}
                case "--rounds" -> rounds = Integer.parseInt(value(arguments, ++i));
                case "--json" -> json = Optional.of(folder.resolve(value(arguments, ++i)));
                case "--only" -> peers = peers(value(arguments, ++i));
                default -> scenarios.add(scenario(argument));
            }
        }
        return new Options(
                scenarios.isEmpty() ? Scenario.all() : scenarios, isQuick, rounds, json, peers);
    }

    static String usage() {
        return "usage: bench/run [SCENARIO…] [--quick] [--json FILE] [--rounds N] [--only PEER,…]\n\n"
                + Scenario.all().stream()
                        .map(it -> "  %-16s %s".formatted(it.name(), it.what()))
                        .collect(Collectors.joining("\n"))
                + "\n\npeers: "
                + Arrays.stream(Peer.values()).map(Peer::label).collect(Collectors.joining(", "));
    }

    private static String value(List<String> arguments, int index) {
        if (index >= arguments.size()) {
            throw new IllegalArgumentException(arguments.get(index - 1) + " needs a value");
        }
        return arguments.get(index);
    }

    private static Scenario scenario(String name) {
        return Scenario.all().stream()
                .filter(it -> it.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no scenario " + name));
    }

    private static Set<Peer> peers(String labels) {
        Set<Peer> peers = EnumSet.noneOf(Peer.class);
        for (String label : labels.split(",")) {
            peers.add(
                    Arrays.stream(Peer.values())
                            .filter(peer -> peer.label().equals(label))
                            .findFirst()
                            .orElseThrow(() -> new IllegalArgumentException("no peer " + label)));
        }
        return peers;
    }
}
