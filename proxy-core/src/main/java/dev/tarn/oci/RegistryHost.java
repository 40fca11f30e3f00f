package dev.tarn.oci;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The name by which clients know a registry, `quay.io` or `localhost:5000`. A key into the
/// configuration, never an address to dial.
public record RegistryHost(String text) {

    private static final int LENGTH_MAX = 255 + 6;

    public RegistryHost {
        if (text.isEmpty()
                || text.length() > LENGTH_MAX
                || !text.chars().allMatch(RegistryHost::isAllowed)) {
            throw new RegistryException.Malformed(
                    ErrorCode.NAME_INVALID,
                    "not a registry host: letters, digits, '.', '-', '_' and an optional port");
        }
        text = text.toLowerCase(Locale.ROOT); // only now: a Kelvin sign would become a 'k'
    }

    private static boolean isAllowed(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '-'
                || c == '_'
                || c == ':'
                || c == '['
                || c == ']';
    }

    // by hand, and faster than a record's own: this is a key on the way of every hit
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RegistryHost that && text.equals(that.text);
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
