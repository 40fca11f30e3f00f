package dev.tarn.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/// The word that somebody may have meant.
final class Nearest {

    private static final int LENGTH_MAX = 100;

    private Nearest() {}

    /// The word that is least away from `word`, if it is near at all.
    static Optional<String> find(String word, Collection<String> words) {
        int distanceMax = Math.max(1, word.length() / 3);
        return words.stream()
                .filter(candidate -> distance(word, candidate) <= distanceMax)
                .min(Comparator.comparingInt(candidate -> distance(word, candidate)));
    }

    /// How many letters must be added, dropped or changed to get from one word to the other.
    private static int distance(String a, String b) {
        if (a.length() > LENGTH_MAX || b.length() > LENGTH_MAX) {
            return Integer.MAX_VALUE;
        }
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
