package dev.tarn.bench.load;

import dev.tarn.bench.machine.Commands;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One run of wrk: many small requests over keep-alive connections.
public record Wrk(double requestsPerSecond, long requests, double p50Millis, double p99Millis) {

    private static final Pattern RATE = Pattern.compile("Requests/sec: +([\\d.]+)");
    private static final Pattern COUNT = Pattern.compile("(\\d+) requests in ");
    private static final Pattern BAD =
            Pattern.compile("Non-2xx or 3xx responses: .*|Socket errors: .*");

    /// An answer that is no success, and a connection that breaks, make the run void.
    public static Wrk run(Endpoint endpoint, String path, int connections, int seconds)
            throws IOException {
        return parse(
                Commands.output(
                        Path.of("."),
                        List.of(
                                "wrk",
                                "-t2",
                                "-c" + connections,
                                "-d" + seconds + "s",
                                "--timeout",
                                "30s",
                                "--latency",
                                "-H",
                                "Accept: application/vnd.oci.image.manifest.v1+json",
                                endpoint.url(path))));
    }

    static Wrk parse(String output) {
        Matcher bad = BAD.matcher(output);
        if (bad.find()) {
            throw new WrongByteException("wrk: " + bad.group());
        }
        return new Wrk(
                Double.parseDouble(first(RATE, output).group(1)),
                Long.parseLong(first(COUNT, output).group(1)),
                millis(output, "50"),
                millis(output, "99"));
    }

    private static double millis(String output, String percent) {
        Matcher latency =
                first(
                        Pattern.compile("(?m)^ +%s%% +([\\d.]+)(us|ms|s)$".formatted(percent)),
                        output);
        double figure = Double.parseDouble(latency.group(1));
        return switch (latency.group(2)) {
            case "us" -> figure / 1000;
            case "ms" -> figure;
            default -> figure * 1000;
        };
    }

    private static Matcher first(Pattern pattern, String output) {
        Matcher matcher = pattern.matcher(output);
        if (!matcher.find()) {
            throw new IllegalArgumentException("wrk printed something else: " + output);
        }
        return matcher;
    }
}
