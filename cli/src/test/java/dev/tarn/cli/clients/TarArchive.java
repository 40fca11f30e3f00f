package dev.tarn.cli.clients;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// A tar archive in memory, as the contents of a layer. The same calls always make the same bytes.
final class TarArchive {
    private static final int BLOCK_BYTES = 512;

    private final ByteArrayOutputStream blocks = new ByteArrayOutputStream();

    /// Adds a file that may be executed.
    TarArchive file(String path, byte[] content) {
        add(path, '0', "", content);
        return this;
    }

    TarArchive link(String path, String target) {
        add(path, '2', target, new byte[0]);
        return this;
    }

    /// The archive with its end: two empty blocks.
    byte[] bytes() {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(blocks.toByteArray());
        whole.writeBytes(new byte[2 * BLOCK_BYTES]);
        return whole.toByteArray();
    }

    /// One header block in the POSIX `ustar` form, then the content, filled up to whole blocks.
    private void add(String path, char type, String target, byte[] content) {
        ByteBuffer header = ByteBuffer.allocate(BLOCK_BYTES);
        put(header, 0, path);
        put(header, 100, "0000755");
        put(header, 108, "0000000");
        put(header, 116, "0000000");
        put(header, 124, "%011o".formatted(content.length));
        put(header, 136, "00000000000");
        put(header, 148, "        ");
        put(header, 156, String.valueOf(type));
        put(header, 157, target);
        put(header, 257, "ustar\0" + "00");
        put(header, 148, "%06o\0".formatted(sum(header.array())));
        blocks.writeBytes(header.array());
        blocks.writeBytes(content);
        blocks.writeBytes(new byte[-content.length & (BLOCK_BYTES - 1)]);
    }

    private static void put(ByteBuffer header, int offset, String text) {
        header.put(offset, text.getBytes(StandardCharsets.US_ASCII));
    }

    private static int sum(byte[] bytes) {
        int sum = 0;
        for (byte each : bytes) {
            sum += Byte.toUnsignedInt(each);
        }
        return sum;
    }
}
