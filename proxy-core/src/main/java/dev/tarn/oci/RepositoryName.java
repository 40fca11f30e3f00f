package dev.tarn.oci;

import org.jspecify.annotations.Nullable;

/// The name of a repository, `library/alpine`: path parts of lower-case letters and digits, joined
/// inside by one `.`, one or two `_`, or any number of `-` (OCI distribution specification,
/// "Pulling manifests"). Read by hand, because that grammar as a regular expression overflows the
/// stack.
public record RepositoryName(String text) {

    private static final int LENGTH_MAX = 255;

    public RepositoryName {
        if (text.length() > LENGTH_MAX) {
            throw new RegistryException.Malformed(
                    ErrorCode.NAME_INVALID,
                    "a repository name has at most " + LENGTH_MAX + " characters");
        }
        if (!isName(text)) {
            throw new RegistryException.Malformed(
                    ErrorCode.NAME_INVALID, "not a repository name: '" + text + "'");
        }
    }

    /// The part before the first slash, or the whole name where there is none.
    public String firstPart() {
        int slash = text.indexOf('/');
        return slash < 0 ? text : text.substring(0, slash);
    }

    public boolean hasOnePart() {
        return text.indexOf('/') < 0;
    }

    private static boolean isName(String text) {
        int position = 0;
        while (true) {
            position = skipPart(text, position);
            if (position < 0) {
                return false;
            }
            if (position == text.length()) {
                return true;
            }
            position++; // the slash at which the part ended
        }
    }

    /// The end of the path part at `start`, at a slash or the end of the text; -1 where none is.
    private static int skipPart(String text, int start) {
        int position = start;
        while (true) {
            int wordEnd = position;
            while (wordEnd < text.length() && isAlphanumeric(text.charAt(wordEnd))) {
                wordEnd++;
            }
            if (wordEnd == position) {
                return -1;
            }
            if (wordEnd == text.length() || text.charAt(wordEnd) == '/') {
                return wordEnd;
            }
            position = skipSeparator(text, wordEnd);
            if (position < 0) {
                return -1;
            }
        }
    }

    private static int skipSeparator(String text, int start) {
        char separator = text.charAt(start);
        int end = start;
        while (end < text.length() && text.charAt(end) == separator) {
            end++;
        }
        int lengthMax =
                switch (separator) {
                    case '.' -> 1;
                    case '_' -> 2;
                    case '-' -> Integer.MAX_VALUE;
                    default -> 0;
                };
        return end - start <= lengthMax ? end : -1;
    }

    private static boolean isAlphanumeric(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    }

    // by hand, and faster than a record's own: this is a key on the way of every hit
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RepositoryName that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
