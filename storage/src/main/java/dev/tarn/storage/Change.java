package dev.tarn.storage;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// What happens to one row of the index.
final class Change {

    enum Kind {
        PUT,
        DELETE,
        /// Adds a number to the one that is there, or to nought: RocksDB's own `uint64add`, which
        /// takes negative numbers too, since it wraps around.
        ADD
    }

    private static final byte[] NOTHING = {};

    private final Kind kind;
    private final Family family;
    private final byte[] key;
    private final byte[] row;

    private Change(Kind kind, Family family, byte[] key, byte[] row) {
        this.kind = kind;
        this.family = family;
        this.key = key;
        this.row = row;
    }

    static Change put(Family family, byte[] key, byte[] row) {
        return new Change(Kind.PUT, family, key, row);
    }

    static Change delete(Family family, byte[] key) {
        return new Change(Kind.DELETE, family, key, NOTHING);
    }

    static Change putNumber(Family family, byte[] key, long number) {
        return put(family, key, row(number));
    }

    static Change add(Family family, byte[] key, long number) {
        return new Change(Kind.ADD, family, key, row(number));
    }

    private static byte[] row(long number) {
        return numbers(new byte[Long.BYTES]).putLong(number).array();
    }

    /// How RocksDB writes the numbers that it can add.
    static ByteBuffer numbers(byte[] row) {
        return ByteBuffer.wrap(row).order(ByteOrder.LITTLE_ENDIAN);
    }

    Kind kind() {
        return kind;
    }

    Family family() {
        return family;
    }

    byte[] key() {
        return key;
    }

    /// What is put or added; empty where the row is deleted.
    byte[] row() {
        return row;
    }

    int bytes() {
        return key.length + row.length;
    }
}
