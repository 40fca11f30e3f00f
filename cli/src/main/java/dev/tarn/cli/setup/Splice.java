package dev.tarn.cli.setup;

import java.util.Comparator;
import java.util.List;

/// One place where a text is edited.
///
/// @param start of what goes, equal to `end` where nothing does
record Splice(int start, int end, String text) {

    static Splice insert(int at, String text) {
        return new Splice(at, at, text);
    }

    /// A first element behind an opening bracket, spaced as the one that was first.
    ///
    /// @param open where the bracket is
    static Splice first(String text, int open, String element) {
        int start = open + 1;
        int next = start;
        while (next < text.length() && Character.isWhitespace(text.charAt(next))) {
            next++;
        }
        boolean isEmpty = "]}".indexOf(text.charAt(next)) >= 0;
        String gap = text.substring(start, next);
        return insert(start, isEmpty ? element : gap + element + (gap.isEmpty() ? ", " : ","));
    }

    /// All of them, none of which overlaps another.
    static String apply(String text, List<Splice> splices) {
        StringBuilder edited = new StringBuilder(text);
        splices.stream()
                .sorted(Comparator.comparingInt(Splice::start).reversed())
                .forEach(it -> edited.replace(it.start, it.end, it.text));
        return edited.toString();
    }
}
