package dev.tarn.oci;

/// How a manifest is asked for: by tag, which may move, or by digest, which cannot.
public sealed interface Reference permits Tag, Digest {

    static Reference parse(String text) {
        return text.indexOf(':') >= 0 ? Digest.parse(text) : new Tag(text);
    }
}
