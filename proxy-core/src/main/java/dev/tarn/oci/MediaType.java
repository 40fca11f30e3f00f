package dev.tarn.oci;

import java.util.Locale;
import java.util.Set;

/// A media type without parameters, in lower case. Unknown types pass through the mirror unchanged.
public record MediaType(String text) {

    public static final MediaType DOCKER_MANIFEST =
            new MediaType("application/vnd.docker.distribution.manifest.v2+json");
    public static final MediaType DOCKER_MANIFEST_LIST =
            new MediaType("application/vnd.docker.distribution.manifest.list.v2+json");
    public static final MediaType OCI_MANIFEST =
            new MediaType("application/vnd.oci.image.manifest.v1+json");
    public static final MediaType OCI_INDEX =
            new MediaType("application/vnd.oci.image.index.v1+json");

    private static final Set<String> GENERIC =
            Set.of("application/json", "application/octet-stream", "text/plain");
    private static final int LENGTH_MAX = 255;

    public MediaType {
        int semicolon = text.indexOf(';');
        text = (semicolon < 0 ? text : text.substring(0, semicolon)).trim();
        if (text.length() > LENGTH_MAX || !isTypeAndSubtype(text)) {
            throw new IllegalArgumentException("not a media type");
        }
        text = text.toLowerCase(Locale.ROOT); // only now: a Kelvin sign would become a 'k'
    }

    public boolean isImage() {
        return equals(DOCKER_MANIFEST) || equals(OCI_MANIFEST);
    }

    public boolean isIndex() {
        return equals(DOCKER_MANIFEST_LIST) || equals(OCI_INDEX);
    }

    /// Whether this says only how the bytes are written, not what they are.
    public boolean isGeneric() {
        return GENERIC.contains(text);
    }

    private static boolean isTypeAndSubtype(String text) {
        int slash = text.indexOf('/');
        return slash > 0
                && slash < text.length() - 1
                && slash == text.lastIndexOf('/')
                && text.chars().allMatch(c -> c == '/' || isNameCharacter(c));
    }

    /// RFC 6838 §4.2, and the `*` of an `Accept` header.
    private static boolean isNameCharacter(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || "!#$&-^_.+*".indexOf(c) >= 0;
    }

    @Override
    public String toString() {
        return text;
    }
}
