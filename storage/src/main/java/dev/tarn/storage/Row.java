package dev.tarn.storage;

import dev.tarn.oci.RegistryException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How a row of the index is written: one byte for the version, then the fields in their order,
/// big-endian. A row that cannot be read counts as missing: whatever it said can be found out
/// again.
final class Row {

    private static final Logger LOG = LoggerFactory.getLogger(Row.class);
    private static final byte VERSION = 1;

    private Row() {}

    /// A row whose fields take `bytes`.
    static byte[] write(int bytes, Consumer<ByteBuffer> fields) {
        byte[] row = new byte[1 + bytes];
        fields.accept(ByteBuffer.wrap(row).put(VERSION));
        return row;
    }

    /// The next `length` bytes of a row.
    static byte[] bytes(ByteBuffer row, int length) {
        if (length < 0 || length > row.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        row.get(bytes);
        return bytes;
    }

    static <T> Optional<T> read(Object key, byte @Nullable [] row, Function<ByteBuffer, T> fields) {
        if (row == null) {
            return Optional.empty();
        }
        ByteBuffer buffer = ByteBuffer.wrap(row);
        try {
            byte version = buffer.get();
            if (version == VERSION) {
                return Optional.of(fields.apply(buffer));
            }
            LOG.warn("index: the row of {} has version {}, not {}: ignored", key, version, VERSION);
        } catch (BufferUnderflowException
                | IllegalArgumentException
                | DateTimeException
                | RegistryException.Malformed e) {
            LOG.warn("index: the row of {} cannot be read: ignored", key, e);
        }
        return Optional.empty();
    }
}
