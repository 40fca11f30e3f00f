package dev.tarn.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;

/// The column families of the index.
enum Family {
    /// What is true of the index as a whole.
    ABOUT("default"),
    /// Digest -> fingerprint of the blob's file.
    BLOB("blob"),
    /// Digest -> media type, bytes.
    MANIFEST("manifest"),
    /// Upstream, repository, tag, accept -> descriptor, when it was last confirmed.
    TAG("tag"),
    /// Upstream, repository, digest: what may be read through which name.
    LINK("link"),
    /// Digest -> the parts of an incoming file that are safely on disk.
    PARTIAL("partial"),
    /// Digest -> what eviction knows of the blob; may be missing.
    USAGE("usage");

    private final String text;

    Family(String text) {
        this.text = text;
    }

    byte[] bytes() {
        return text.getBytes(US_ASCII);
    }
}
