package dev.tarn.bench.replay;

import java.util.random.RandomGenerator;

/// How large blobs are in a registry: between these quantiles of a zone of IBM's, the logarithm of
/// the size is even. Size and popularity have nothing to do with each other there.
final class BlobSizes {

    private static final double[] SHARE = {
        0, 0.10, 0.25, 0.50, 0.65, 0.75, 0.80, 0.90, 0.95, 0.99, 1
    };
    private static final double[] BYTES = {
        100, 215, 975, 14.7e3, 0.68e6, 5.3e6, 11.4e6, 31e6, 54e6, 137e6, 690e6
    };

    private BlobSizes() {}

    static long draw(RandomGenerator random) {
        double share = random.nextDouble();
        int i = 1;
        while (share > SHARE[i]) {
            i++;
        }
        double part = (share - SHARE[i - 1]) / (SHARE[i] - SHARE[i - 1]);
        double low = Math.log(BYTES[i - 1]);
        return Math.round(Math.exp(low + part * (Math.log(BYTES[i]) - low)));
    }
}
