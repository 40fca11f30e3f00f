package dev.tarn.upstream;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One way in which a registry says it can be asked: `Bearer realm="…",service="…",scope="…"` or
/// `Basic`.
///
/// @param scheme in lower case
/// @param parameters by name, in lower case
record Challenge(String scheme, Map<String, String> parameters) {
    private static final int LENGTH_MAX = 8 << 10;
    private static final int CHALLENGES_MAX = 16;
    private static final int PARAMETERS_MAX = 32;

    Challenge {
        parameters = Map.copyOf(parameters);
    }

    boolean isBearer() {
        return scheme.equals("bearer");
    }

    boolean isBasic() {
        return scheme.equals("basic");
    }

    Optional<String> parameter(String name) {
        return Optional.ofNullable(parameters.get(name)).filter(value -> !value.isEmpty());
    }

    /// Reads the values of `WWW-Authenticate` headers (RFC 9110 §11.6.1), each of which may hold
    /// several challenges. Reading ends at the first thing that cannot be one, and drops what it
    /// was part of.
    static List<Challenge> parse(List<String> values) {
        List<Challenge> challenges = new ArrayList<>();
        for (String value : values) {
            if (value.length() <= LENGTH_MAX) {
                new Parser(value).readInto(challenges);
            }
        }
        return challenges;
    }

    /// Goes through the text once, from left to right: every step takes at least one character.
    private static final class Parser {
        private final String text;
        private int position;

        Parser(String text) {
            this.text = text;
        }

        void readInto(List<Challenge> challenges) {
            skip(" \t,");
            String scheme = word();
            while (!scheme.isEmpty() && challenges.size() < CHALLENGES_MAX) {
                Map<String, String> parameters = new LinkedHashMap<>();
                String next = readParameters(parameters);
                if (next == null) {
                    return;
                }
                challenges.add(new Challenge(scheme.toLowerCase(Locale.ROOT), parameters));
                scheme = next;
            }
        }

        /// Reads to the next challenge and returns its scheme; empty at the end, null where this is
        /// not a challenge.
        private @Nullable String readParameters(Map<String, String> parameters) {
            boolean isFirst = true;
            while (true) {
                int before = position;
                skip(" \t,");
                boolean isListed = text.substring(before, position).indexOf(',') >= 0;
                String name = word();
                int wordEnd = position;
                skip(" \t");
                if (name.isEmpty()) {
                    return isAtEnd() ? "" : null;
                }
                if (isAt('=')) {
                    position++;
                    skip(" \t");
                    String value = isAt('"') ? quoted() : word();
                    if (value == null || parameters.size() >= PARAMETERS_MAX) {
                        return null;
                    }
                    skip("="); // what looks like a parameter may be a token68 with its padding
                    parameters.putIfAbsent(name.toLowerCase(Locale.ROOT), value);
                } else if (isListed || !isFirst) {
                    position = wordEnd;
                    return name;
                }
                isFirst = false;
            }
        }

        private String word() {
            int start = position;
            while (!isAtEnd() && isWordCharacter(text.charAt(position))) {
                position++;
            }
            return text.substring(start, position);
        }

        /// A token, or a token68 without its padding.
        private static boolean isWordCharacter(char c) {
            return (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "!#$%&'*+-.^_`|~/:".indexOf(c) >= 0;
        }

        private @Nullable String quoted() {
            StringBuilder value = new StringBuilder();
            for (position++; !isAtEnd(); position++) {
                char c = text.charAt(position);
                if (c == '"') {
                    position++;
                    return value.toString();
                }
                if (c == '\\' && position + 1 < text.length()) {
                    position++;
                    c = text.charAt(position);
                }
                value.append(c);
            }
            return null;
        }

        private void skip(String characters) {
            while (!isAtEnd() && characters.indexOf(text.charAt(position)) >= 0) {
                position++;
            }
        }

        private boolean isAt(char c) {
            return !isAtEnd() && text.charAt(position) == c;
        }

        private boolean isAtEnd() {
            return position >= text.length();
        }
    }
}
