package dev.tarn.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.util.Environment;

/// RocksDB, from one opening to the next closing. Knows its words for what went wrong, and nothing
/// of what to do about it. No call may come after or during `close`: it would end the process.
final class Database implements AutoCloseable {

    private final IndexOptions options;
    private final RocksDB rocks;
    private final Map<Family, ColumnFamilyHandle> families = new EnumMap<>(Family.class);

    private Database(IndexOptions options, RocksDB rocks, List<ColumnFamilyHandle> handles) {
        this.options = options;
        this.rocks = rocks;
        Iterator<ColumnFamilyHandle> inOrder = handles.iterator();
        for (Family family : Family.values()) {
            families.put(family, inOrder.next());
        }
    }

    /// Opens the index, or makes an empty one. Throws `BrokenIndexException` where there is one
    /// that cannot be used any more, and a plain one where the disk or another process is in the
    /// way.
    static Database open(Layout layout) throws IOException {
        loadLibrary();
        IndexOptions options = new IndexOptions();
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try {
            List<ColumnFamilyDescriptor> descriptors =
                    Arrays.stream(Family.values())
                            .map(it -> new ColumnFamilyDescriptor(it.bytes(), options.family()))
                            .toList();
            RocksDB rocks =
                    RocksDB.open(
                            options.database(), layout.index().toString(), descriptors, handles);
            return new Database(options, rocks, handles);
        } catch (RocksDBException e) {
            options.close();
            throw openFailure(layout, e);
        }
    }

    /// Loads RocksDB's native library from `java.library.path`, where a Tarn that has been packaged
    /// has it, or unpacks it.
    @SuppressWarnings("restricted") // the program runs with --enable-native-access
    private static void loadLibrary() throws IOException {
        try {
            System.loadLibrary(Environment.getJniLibraryName("rocksdb"));
        } catch (UnsatisfiedLinkError e) {
            unpackLibrary();
        }
        RocksDB.loadLibrary();
    }

    /// Deletes the unpacked file at once: a process that is killed would leave 17 MB behind each
    /// time.
    private static void unpackLibrary() throws IOException {
        Path folder = Files.createTempDirectory("tarn-native-");
        try {
            NativeLibraryLoader.getInstance().loadLibrary(folder.toString());
        } catch (RuntimeException | UnsatisfiedLinkError e) {
            throw new IOException(
                    "RocksDB's native library is not in java.library.path (%s), and cannot be unpacked into %s, which must not be mounted noexec"
                            .formatted(System.getProperty("java.library.path"), folder),
                    e);
        } finally {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }

    private static IOException openFailure(Layout layout, RocksDBException e) {
        String message = String.valueOf(e.getMessage());
        // RocksDB has no status for this; these are its words for this process and for another one.
        if (message.startsWith("lock hold by current process")
                || message.startsWith("While lock file")) {
            return new IOException(
                    "the store "
                            + layout.root()
                            + " is in use: only one Tarn at a time can have it",
                    e);
        }
        // Not all damage is called corruption: a lost MANIFEST is not, nor is one that has lost its
        // column families. What can be made again need not be understood.
        return isFull(e)
                        || saysAny(
                                e,
                                "Too many open files",
                                "Permission denied",
                                "Read-only file system",
                                "Cannot allocate memory")
                ? new IOException(
                        "the index " + layout.index() + " cannot be opened: " + message, e)
                : new BrokenIndexException(message, e);
    }

    /// Whether what was read is damaged, and not only out of reach at this moment.
    static boolean isDamage(RocksDBException e) {
        return isCorruption(e)
                || saysAny(e, "Input/output error", "No such file", "Structure needs cleaning");
    }

    static boolean isCorruption(RocksDBException e) {
        Status status = e.getStatus();
        return status != null && status.getCode() == Status.Code.Corruption;
    }

    /// Whether nothing is wrong but that there is no room for more.
    static boolean isFull(IOException e) {
        return e.getCause() instanceof RocksDBException cause && isFull(cause);
    }

    private static boolean isFull(RocksDBException e) {
        return saysAny(e, "No space left", "File too large", "quota exceeded");
    }

    private static boolean saysAny(RocksDBException e, String... words) {
        String message = String.valueOf(e.getMessage());
        return Arrays.stream(words).anyMatch(message::contains);
    }

    byte @Nullable [] get(Family family, byte[] key) throws RocksDBException {
        return rocks.get(handle(family), key);
    }

    /// Hands rows of a family to `rows`, from the one at `start` or behind it on, until it wants no
    /// more.
    void scan(Family family, byte[] start, Index.RowsWhile rows) throws RocksDBException {
        try (RocksIterator at = rocks.newIterator(handle(family))) {
            at.seek(start);
            while (at.isValid() && rows.accept(at.key(), at.value())) {
                at.next();
            }
            at.status();
        }
    }

    /// A number that RocksDB knows of itself, all families together.
    long number(String property) throws RocksDBException {
        return rocks.getAggregatedLongProperty(property);
    }

    /// All of them or, after a crash, none; on disk once this returns.
    void write(List<Change> changes) throws RocksDBException {
        try (WriteBatch batch = new WriteBatch()) {
            for (Change change : changes) {
                ColumnFamilyHandle family = handle(change.family());
                switch (change.kind()) {
                    case PUT -> batch.put(family, change.key(), change.row());
                    case DELETE -> batch.delete(family, change.key());
                    case ADD -> batch.merge(family, change.key(), change.row());
                }
            }
            rocks.write(options.synced(), batch);
        }
    }

    private ColumnFamilyHandle handle(Family family) {
        return Objects.requireNonNull(families.get(family));
    }

    @Override
    public void close() {
        families.values().forEach(ColumnFamilyHandle::close);
        rocks.close();
        options.close();
    }
}
