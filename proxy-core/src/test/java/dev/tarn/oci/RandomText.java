package dev.tarn.oci;

import java.util.Random;

/// Short strings of a few characters, so that most of them are nearly right. The same seed gives
/// the same strings.
final class RandomText {

    private final Random random;
    private final String alphabet;

    RandomText(long seed, String alphabet) {
        this.random = new Random(seed);
        this.alphabet = alphabet;
    }

    String next(int lengthMax) {
        int length = random.nextInt(lengthMax + 1);
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }
}
