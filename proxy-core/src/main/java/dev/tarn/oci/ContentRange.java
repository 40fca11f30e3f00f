package dev.tarn.oci;

/// The part of a blob that an answer carries: `start` inclusive, `end` exclusive, of `size` bytes.
public record ContentRange(long start, long end, long size) {

    public ContentRange {
        if (start < 0 || end < start || size < end) {
            throw new IllegalArgumentException(
                    "not a part: " + start + " to " + end + " of " + size);
        }
    }

    public static ContentRange whole(long size) {
        return new ContentRange(0, size, size);
    }

    public long length() {
        return end - start;
    }

    /// As in the `Content-Range` header, where the last position is inclusive (RFC 9110 §14.4).
    public String header() {
        if (start == end) {
            throw new IllegalStateException("a part without bytes has no Content-Range");
        }
        return "bytes " + start + "-" + (end - 1) + "/" + size;
    }
}
