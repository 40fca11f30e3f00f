package dev.tarn.storage;

import dev.tarn.oci.Digest;
import dev.tarn.pull.IncomingBlob.Remainder;
import dev.tarn.pull.Spans;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Which parts of incoming files are safely on disk.
///
/// A row stays true while its file is filled further: its bytes were synced before it was written,
/// and downloads write only where nothing is. So a download that is killed goes on from the last
/// row. Nobody has verified these bytes; the digest of the whole blob decides in the end.
final class PartialRows {

    /// @param inode the file that the spans are about
    private record Partial(Remainder remainder, long inode) {

        byte[] toRow() {
            List<Spans.Span> spans = remainder.spans().toList();
            return Row.write(
                    (2 + 2 * spans.size()) * Long.BYTES,
                    row -> {
                        row.putLong(remainder.size()).putLong(inode);
                        spans.forEach(span -> row.putLong(span.start()).putLong(span.end()));
                    });
        }

        static Partial ofRow(ByteBuffer row) {
            long size = row.getLong();
            long inode = row.getLong();
            Spans spans = new Spans();
            while (row.hasRemaining()) {
                Spans.Span span = new Spans.Span(row.getLong(), row.getLong());
                spans.add(span.start(), span.end());
            }
            return new Partial(new Remainder(size, spans), inode);
        }

        /// The end of the last span.
        long end() {
            return remainder.spans().toList().stream().mapToLong(Spans.Span::end).max().orElse(0);
        }
    }

    private final Layout layout;
    private final Index index;

    PartialRows(Layout layout, Index index) {
        this.layout = layout;
        this.index = index;
    }

    /// What is in a digest's incoming file; empty where row and file do not fit each other.
    Optional<Remainder> find(Digest digest) throws IOException {
        Path file = layout.incoming(digest);
        Optional<Partial> row =
                Row.read(digest, index.find(Family.PARTIAL, RowKey.of(digest)), Partial::ofRow);
        if (row.isEmpty() || Files.notExists(file)) {
            return Optional.empty();
        }
        Partial partial = row.get();
        Fingerprint fingerprint = Fingerprint.of(file);
        boolean fits =
                partial.inode() == fingerprint.inode()
                        && partial.end() > 0
                        && partial.end() <= fingerprint.size()
                        && partial.end() <= partial.remainder().size();
        return fits ? Optional.of(partial.remainder()) : Optional.empty();
    }

    /// The caller has synced the bytes and the file's name.
    void put(Digest digest, Remainder remainder) throws IOException {
        long inode = Fingerprint.of(layout.incoming(digest)).inode();
        byte[] row = new Partial(remainder, inode).toRow();
        index.commit(Change.put(Family.PARTIAL, RowKey.of(digest), row));
    }

    void remove(Digest digest) throws IOException {
        byte[] key = RowKey.of(digest);
        if (index.find(Family.PARTIAL, key) != null) {
            index.commit(Change.delete(Family.PARTIAL, key));
        }
    }

    /// The digests that have a row, whether or not there is a file.
    List<Digest> digests() throws IOException {
        List<Digest> digests = new ArrayList<>();
        index.forEach(Family.PARTIAL, (key, _) -> digests.add(RowKey.digest(key)));
        return digests;
    }
}
