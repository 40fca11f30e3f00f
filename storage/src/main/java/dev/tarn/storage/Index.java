package dev.tarn.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;

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
import java.util.OptionalLong;
import java.util.concurrent.locks.StampedLock;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the store knows, in RocksDB. A cache of the tree: whatever is in here can be found out
/// again, so damage is healed by forgetting. Any thread may call; reads wait for the disk at most,
/// and every write is on disk once it has returned.
final class Index implements AutoCloseable {

    /// Takes the rows of a family in the order of their keys.
    @FunctionalInterface
    interface Rows {
        void accept(byte[] key, byte[] row);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Index.class);

    /// Present once the index holds all that the tree does.
    private static final byte[] COMPLETE = "complete".getBytes(US_ASCII);

    private final Path brokenMark;
    private final IndexOptions options;
    private final RocksDB database;
    private final Map<Family, ColumnFamilyHandle> families = new EnumMap<>(Family.class);
    private final Committer committer = new Committer(this::write);

    /// Held for reading during every native call: a call into a closed database ends the process.
    private final StampedLock inUse = new StampedLock();

    private boolean isClosed;

    private Index(
            Path brokenMark,
            IndexOptions options,
            RocksDB database,
            List<ColumnFamilyHandle> handles) {
        this.brokenMark = brokenMark;
        this.options = options;
        this.database = database;
        Iterator<ColumnFamilyHandle> inOrder = handles.iterator();
        for (Family family : Family.values()) {
            families.put(family, inOrder.next());
        }
    }

    /// Opens the index, or makes an empty one. Throws `BrokenIndexException` where there is one
    /// that cannot be used any more.
    static Index open(Layout layout) throws IOException {
        Index index = openDatabase(layout);
        // Only now, since now no other process has it.
        if (Files.exists(layout.indexBrokenMark())) {
            index.close();
            throw new BrokenIndexException("was found damaged when it was last in use", null);
        }
        return index;
    }

    private static Index openDatabase(Layout layout) throws IOException {
        loadLibrary();
        IndexOptions options = new IndexOptions();
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try {
            List<ColumnFamilyDescriptor> descriptors =
                    Arrays.stream(Family.values())
                            .map(it -> new ColumnFamilyDescriptor(it.bytes(), options.family()))
                            .toList();
            RocksDB database =
                    RocksDB.open(
                            options.database(), layout.index().toString(), descriptors, handles);
            return new Index(layout.indexBrokenMark(), options, database, handles);
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
        // Not all that is missing is called corruption: a lost MANIFEST, for one, is not.
        if (isCorruption(e) || message.endsWith("No such file or directory")) {
            return new BrokenIndexException(message, e);
        }
        // RocksDB has no status for this; these are its words for this process and for another one.
        if (message.startsWith("lock hold by current process")
                || message.startsWith("While lock file")) {
            return new IOException(
                    "the store "
                            + layout.root()
                            + " is in use: only one Tarn at a time can have it",
                    e);
        }
        return new IOException("the index " + layout.index() + " cannot be opened: " + message, e);
    }

    /// Whether it holds all that the tree does: false for a new index.
    boolean isComplete() throws IOException {
        return find(Family.ABOUT, COMPLETE) != null;
    }

    void markComplete() throws IOException {
        commit(Change.put(Family.ABOUT, COMPLETE, Row.write(0, _ -> {})));
    }

    /// The row, or null. A row in a damaged part of a file is missing.
    byte @Nullable [] find(Family family, byte[] key) throws IOException {
        long stamp = inUse.readLock();
        try {
            requireOpen();
            return database.get(handle(family), key);
        } catch (RocksDBException e) {
            if (noteDamage(e)) {
                return null;
            }
            throw new IOException("the index could not be read", e);
        } finally {
            inUse.unlockRead(stamp);
        }
    }

    /// The number in a row; empty where there is no such row, or no number in it.
    OptionalLong findNumber(Family family, byte[] key) throws IOException {
        byte[] row = find(family, key);
        return row == null || row.length != Long.BYTES
                ? OptionalLong.empty()
                : OptionalLong.of(Change.numbers(row).getLong());
    }

    /// Hands all rows of a family to `rows`.
    void forEach(Family family, Rows rows) throws IOException {
        long stamp = inUse.readLock();
        try {
            requireOpen();
            try (RocksIterator at = database.newIterator(handle(family))) {
                for (at.seekToFirst(); at.isValid(); at.next()) {
                    rows.accept(at.key(), at.value());
                }
                at.status();
            }
        } catch (RocksDBException e) {
            if (noteDamage(e)) {
                throw new BrokenIndexException(String.valueOf(e.getMessage()), e);
            }
            throw new IOException("the index could not be read", e);
        } finally {
            inUse.unlockRead(stamp);
        }
    }

    /// Hands the rows of a family from key `start` to before key `end` to `rows`, at most so many.
    void forEachBetween(Family family, byte[] start, byte[] end, int max, Rows rows)
            throws IOException {
        long stamp = inUse.readLock();
        try {
            requireOpen();
            try (RocksIterator at = database.newIterator(handle(family))) {
                int left = max;
                for (at.seek(start); left > 0 && at.isValid(); at.next(), left--) {
                    byte[] key = at.key();
                    if (Arrays.compareUnsigned(key, end) >= 0) {
                        break;
                    }
                    rows.accept(key, at.value());
                }
                at.status();
            }
        } catch (RocksDBException e) {
            noteDamage(e);
            throw new IOException("the index could not be read", e);
        } finally {
            inUse.unlockRead(stamp);
        }
    }

    /// Makes changes together: after a power cut all are there, or none.
    void commit(Change... changes) throws IOException {
        committer.commit(List.of(changes));
    }

    /// On the committer's thread.
    private void write(List<Change> changes) throws IOException {
        try (WriteBatch batch = new WriteBatch()) {
            for (Change change : changes) {
                ColumnFamilyHandle family = handle(change.family());
                switch (change.kind()) {
                    case PUT -> batch.put(family, change.key(), change.row());
                    case DELETE -> batch.delete(family, change.key());
                    case ADD -> batch.merge(family, change.key(), change.row());
                }
            }
            database.write(options.synced(), batch);
        } catch (RocksDBException e) {
            noteDamage(e);
            throw new IOException(e.getMessage(), e);
        }
    }

    /// Remembers across restarts that files of the index are damaged, so that it is made again.
    private boolean noteDamage(RocksDBException e) {
        if (!isCorruption(e)) {
            return false;
        }
        LOG.error("index: damaged, and will be rebuilt when the store is opened next", e);
        try {
            Files.write(brokenMark, new byte[0]);
        } catch (IOException notMarked) {
            LOG.error("index: {} cannot be written", brokenMark, notMarked);
        }
        return true;
    }

    private static boolean isCorruption(RocksDBException e) {
        Status status = e.getStatus();
        return status != null && status.getCode() == Status.Code.Corruption;
    }

    private ColumnFamilyHandle handle(Family family) {
        return Objects.requireNonNull(families.get(family));
    }

    private void requireOpen() throws IOException {
        if (isClosed) {
            throw new IOException("the store is closed");
        }
    }

    /// Writes what still waits, then lets go of the files.
    @Override
    public void close() {
        committer.close();
        long stamp = inUse.writeLock();
        try {
            if (!isClosed) {
                isClosed = true;
                families.values().forEach(ColumnFamilyHandle::close);
                database.close();
                options.close();
            }
        } finally {
            inUse.unlockWrite(stamp);
        }
    }
}
