package dev.tarn.bench.machine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// The memory that files are cached in.
public final class Memory {

    private static final int PIECE_BYTES = 1 << 20;

    private Memory() {}

    /// Takes so much of it for a moment. A virtual machine gives what is free back to its host, and
    /// whoever takes that next pays for it, up to 2 s of CPU per GB: that must not be the one who
    /// is measured.
    public static void claim(Path folder, long bytes) throws IOException {
        Path scratch = Files.createTempFile(folder, "claim", "");
        try (FileChannel file = FileChannel.open(scratch, StandardOpenOption.WRITE)) {
            ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
            for (long position = 0; position < bytes; position += file.write(piece, position)) {
                piece.clear();
            }
        } finally {
            Files.delete(scratch);
        }
    }
}
