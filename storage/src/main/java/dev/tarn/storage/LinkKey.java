package dev.tarn.storage;

import dev.tarn.oci.Digest;
import dev.tarn.oci.Repository;
import org.jspecify.annotations.Nullable;

/// Under which name which content may be read.
record LinkKey(Repository repository, Digest digest) {

    /// How many there are in its row.
    int bytes() {
        return RowKey.of(repository, digest).length;
    }

    // by hand, and faster than a record's own: this is a key on the way of every hit

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LinkKey that
                && digest.equals(that.digest)
                && repository.equals(that.repository);
    }

    @Override
    public int hashCode() {
        return 31 * repository.hashCode() + digest.hashCode();
    }
}
