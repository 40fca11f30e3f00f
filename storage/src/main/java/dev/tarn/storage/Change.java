package dev.tarn.storage;

import org.jspecify.annotations.Nullable;

/// One row of the index put or deleted.
final class Change {

    private final Family family;
    private final byte[] key;
    private final byte @Nullable [] row;

    private Change(Family family, byte[] key, byte @Nullable [] row) {
        this.family = family;
        this.key = key;
        this.row = row;
    }

    static Change put(Family family, byte[] key, byte[] row) {
        return new Change(family, key, row);
    }

    static Change delete(Family family, byte[] key) {
        return new Change(family, key, null);
    }

    Family family() {
        return family;
    }

    byte[] key() {
        return key;
    }

    /// What is put; null where the row is deleted.
    byte @Nullable [] row() {
        return row;
    }

    int bytes() {
        return key.length + (row == null ? 0 : row.length);
    }
}
