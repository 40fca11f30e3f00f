package dev.tarn.pull;

import dev.tarn.oci.ByteRange;
import dev.tarn.oci.ContentRange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Reads contents to their end, as a client would.
final class Reading {

    private Reading() {}

    static byte[] read(BlobContent content, ByteRange range)
            throws InterruptedException, IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        readInto(out, content, range);
        return out.toByteArray();
    }

    static void readInto(ByteArrayOutputStream out, BlobContent content, ByteRange range)
            throws InterruptedException, IOException {
        try (content) {
            ContentRange part = range.of(content.awaitSize());
            long position = part.start();
            ByteBuffer buffer = ByteBuffer.allocate(3_000);
            while (position < part.end()) {
                long end = Math.min(part.end(), content.awaitReadable(position));
                buffer.clear().limit((int) Math.min(buffer.capacity(), end - position));
                int count = content.read(buffer, position);
                out.write(buffer.array(), 0, count);
                position += count;
            }
        }
    }
}
