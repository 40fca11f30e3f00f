package dev.tarn.bench.replay;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// Which blobs were wanted, one after the other. Blobs are numbered in the order in which they come
/// for the first time.
public final class Trace {

    private static final int GENERATED = 260_000;
    private static final double NEW_SHARE = 0.314;

    /// How many blobs are wanted once only.
    private static final double ONCE_SHARE = 0.63;

    /// How many other blobs were wanted since, as `ln(1 + d)`: normal, with this mean and
    /// deviation.
    private static final double DEPTH_MEAN = 5.66;

    private static final double DEPTH_DEVIATION = 2.52;

    private final String name;
    private final int[] requests;
    private final int blobs;

    private Trace(String name, int[] requests) {
        this.name = name;
        this.requests = requests;
        this.blobs = Arrays.stream(requests).max().orElse(-1) + 1;
    }

    /// Reads the URIs of GET requests, one a line, hashed or not; compressed, if the name ends in
    /// `.zst`.
    public static Trace read(Path file) throws IOException {
        boolean isCompressed = file.toString().endsWith(".zst");
        ProcessBuilder program =
                isCompressed
                        ? new ProcessBuilder("zstd", "-dcq", file.toString())
                        : new ProcessBuilder("cat", file.toString());
        Process reading = program.redirectError(Redirect.INHERIT).start();
        try (BufferedReader lines = reading.inputReader()) {
            return new Trace(file.getFileName().toString(), blobs(lines));
        } finally {
            reading.destroy();
        }
    }

    private static int[] blobs(BufferedReader lines) throws IOException {
        Map<String, Integer> numbers = new HashMap<>();
        IntStream.Builder requests = IntStream.builder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            int at = line.indexOf("/blobs/");
            if (at >= 0) {
                String digest = line.substring(at + "/blobs/".length());
                Integer number = numbers.putIfAbsent(digest, numbers.size());
                requests.add(number == null ? numbers.size() - 1 : number);
            }
        }
        return requests.build().toArray();
    }

    /// Makes one up that has the locality of a real one, which independent draws have not: a blob
    /// is wanted again after so many others as it was in the trace of IBM's registry.
    public static Trace generate(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        int[] requests = new int[GENERATED];
        int[] stack = new int[GENERATED];
        boolean[] isWantedAgain = new boolean[GENERATED];
        int seen = 0;
        for (int i = 0; i < requests.length; i++) {
            int place = random.nextDouble() < NEW_SHARE ? -1 : seen - 1 - depth(random, seen);
            while (place >= 0 && !isWantedAgain[stack[place]]) {
                place--;
            }
            if (place < 0) {
                isWantedAgain[seen] = random.nextDouble() >= ONCE_SHARE;
                stack[seen] = seen;
                requests[i] = seen++;
            } else {
                int blob = stack[place];
                System.arraycopy(stack, place + 1, stack, place, seen - 1 - place);
                stack[seen - 1] = blob;
                requests[i] = blob;
            }
        }
        return new Trace("generated from seed " + seed, requests);
    }

    private static int depth(RandomGenerator random, int seen) {
        double depth = seen;
        while (depth >= seen && seen > 0) {
            depth = Math.expm1(random.nextGaussian(DEPTH_MEAN, DEPTH_DEVIATION));
        }
        return Math.max(0, (int) depth);
    }

    public String name() {
        return name;
    }

    /// How many requests there are.
    public int length() {
        return requests.length;
    }

    int blob(int request) {
        return requests[request];
    }

    /// A size for each blob, whichever cache asks.
    public long[] sizes(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        long[] sizes = new long[blobs];
        Arrays.setAll(sizes, _ -> BlobSizes.draw(random));
        return sizes;
    }
}
