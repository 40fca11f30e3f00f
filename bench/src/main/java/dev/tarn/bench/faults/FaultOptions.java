package dev.tarn.bench.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/// What the command line asks for.
record FaultOptions(
        List<Campaign> campaigns,
        boolean isQuick,
        OptionalInt rounds,
        OptionalInt minutes,
        long seed,
        boolean appends) {

    /// Throws `IllegalArgumentException`, with a message for the user.
    static FaultOptions parse(List<String> arguments, long freshSeed) {
        List<Campaign> campaigns = new ArrayList<>();
        OptionalInt rounds = OptionalInt.empty();
        OptionalInt minutes = OptionalInt.empty();
        long seed = freshSeed;
        for (int i = 0; i < arguments.size(); i++) {
            switch (arguments.get(i)) {
                case "--quick", "--append" -> {}
                case "--rounds" -> rounds = OptionalInt.of((int) number(arguments, ++i));
                case "--minutes" -> minutes = OptionalInt.of((int) number(arguments, ++i));
                case "--seed" -> seed = number(arguments, ++i);
                default -> campaigns.add(campaign(arguments.get(i)));
            }
        }
        return new FaultOptions(
                campaigns.isEmpty() ? Campaign.all() : campaigns,
                arguments.contains("--quick"),
                rounds,
                minutes,
                seed,
                arguments.contains("--append"));
    }

    static String usage() {
        return "usage: bench/faults [CAMPAIGN…] [--quick] [--rounds N] [--minutes M] [--seed S] [--append]\n\n"
                + Campaign.all().stream()
                        .map(it -> "  %-16s %s".formatted(it.name(), it.what()))
                        .collect(Collectors.joining("\n"));
    }

    private static long number(List<String> arguments, int index) {
        if (index >= arguments.size() || !arguments.get(index).matches("-?\\d{1,18}")) {
            throw new IllegalArgumentException(arguments.get(index - 1) + " needs a number");
        }
        return Long.parseLong(arguments.get(index));
    }

    private static Campaign campaign(String name) {
        return Campaign.all().stream()
                .filter(it -> it.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no campaign " + name));
    }
}
