package dev.tarn.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/// What a file looked like when its bytes were last known to be right. Whoever writes to a file, or
/// puts another in its place, changes this: content and size can be forged together with
/// `modified`, but nobody can set `changed` (POSIX `st_ctim`). Bit rot does not show here; reading
/// everything once in a while finds that.
///
/// @param size in bytes
/// @param modifiedNanos the time of the last write, since 1970
/// @param changedNanos the time of the last change of content, name or attributes, since 1970
/// @param inode which file it is
record Fingerprint(long size, long modifiedNanos, long changedNanos, long inode) {

    static Fingerprint of(Path file) throws IOException {
        Map<String, Object> attributes =
                Files.readAttributes(file, "unix:size,lastModifiedTime,ctime,ino");
        return new Fingerprint(
                (Long) attribute(attributes, "size"),
                nanos(attribute(attributes, "lastModifiedTime")),
                nanos(attribute(attributes, "ctime")),
                (Long) attribute(attributes, "ino"));
    }

    /// Whether the file in this place is still this one, and looks as it did. Whatever changes it
    /// changes `changed`: to look at more would cost each hit half as much again.
    boolean fits(Path file) throws IOException {
        Map<String, Object> attributes = Files.readAttributes(file, "unix:ctime,ino");
        return nanos(attribute(attributes, "ctime")) == changedNanos
                && (Long) attribute(attributes, "ino") == inode;
    }

    /// Of a file whose bytes nobody has looked at: no file has it (there is no inode 0), so that
    /// the first reader sees them checked.
    static Fingerprint unverified(long size) {
        return new Fingerprint(size, 0, 0, 0);
    }

    byte[] toRow() {
        return Row.write(
                4 * Long.BYTES,
                row ->
                        row.putLong(size)
                                .putLong(modifiedNanos)
                                .putLong(changedNanos)
                                .putLong(inode));
    }

    static Fingerprint ofRow(ByteBuffer row) {
        return new Fingerprint(row.getLong(), row.getLong(), row.getLong(), row.getLong());
    }

    private static Object attribute(Map<String, Object> attributes, String name) {
        return Objects.requireNonNull(attributes.get(name), name);
    }

    private static long nanos(Object time) {
        return ((FileTime) time).to(TimeUnit.NANOSECONDS);
    }
}
