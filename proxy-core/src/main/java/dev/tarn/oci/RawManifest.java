package dev.tarn.oci;

import java.nio.ByteBuffer;

/// A manifest byte for byte as the upstream sent it, with the digest that its bytes were seen to
/// have. It is never written anew: one changed byte is another manifest.
public final class RawManifest {

    /// The largest manifest that is taken from an upstream (OCI: "at least 4 megabytes").
    public static final int SIZE_MAX = 4 << 20;

    private final MediaType mediaType;
    private final Digest digest;
    private final byte[] bytes;

    private RawManifest(MediaType mediaType, Digest digest, byte[] bytes) {
        this.mediaType = mediaType;
        this.digest = digest;
        this.bytes = bytes;
    }

    /// Hashes the bytes to find their name. The caller gives the array away.
    public static RawManifest of(MediaType mediaType, Digest.Algorithm algorithm, byte[] bytes) {
        return new RawManifest(mediaType, Digest.of(algorithm, bytes), bytes);
    }

    public MediaType mediaType() {
        return mediaType;
    }

    public Digest digest() {
        return digest;
    }

    public int size() {
        return bytes.length;
    }

    /// A read-only view.
    public ByteBuffer bytes() {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    public Descriptor descriptor() {
        return new Descriptor(mediaType, digest, bytes.length);
    }

    @Override
    public String toString() {
        return mediaType + " " + digest;
    }
}
