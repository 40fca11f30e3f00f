package dev.tarn.oci;

/// A mutable name of a manifest: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
public record Tag(String text) implements Reference {

    private static final int LENGTH_MAX = 128;

    public Tag {
        if (text.length() > LENGTH_MAX) {
            throw new RegistryException.Malformed(
                    ErrorCode.TAG_INVALID, "a tag has at most " + LENGTH_MAX + " characters");
        }
        if (text.isEmpty()
                || !startsTag(text.charAt(0))
                || !text.chars().allMatch(Tag::continuesTag)) {
            throw new RegistryException.Malformed(
                    ErrorCode.TAG_INVALID, "not a tag: '" + text + "'");
        }
    }

    private static boolean startsTag(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '_';
    }

    private static boolean continuesTag(int c) {
        return startsTag(c) || c == '.' || c == '-';
    }

    @Override
    public String toString() {
        return text;
    }
}
