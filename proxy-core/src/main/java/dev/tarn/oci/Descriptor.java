package dev.tarn.oci;

/// What a manifest says of something that it refers to: its type, its name, its size in bytes.
public record Descriptor(MediaType mediaType, Digest digest, long size) {

    public Descriptor {
        if (size < 0) {
            throw new IllegalArgumentException("a size is not negative: " + size);
        }
    }
}
