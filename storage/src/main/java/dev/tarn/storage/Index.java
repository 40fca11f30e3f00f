package dev.tarn.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the store knows, in RocksDB. A cache of the tree: whatever is in here can be found out
/// again, so damage is healed by forgetting. Any thread may call; reads wait for the disk at most,
/// and a write is on disk once it has returned, where the disk can be written.
///
/// Where it cannot, changes wait in memory, in a `Backlog`, and reads see them there. The
/// committer's thread tries every second to mend that: it writes again, opens the database anew, or
/// sets a damaged one aside and starts with an empty one. What became of the write that failed is
/// not known then, so an index that has been mended counts as incomplete until it has been compared
/// with the tree.
final class Index implements AutoCloseable {

    /// Takes the rows of a family in the order of their keys.
    @FunctionalInterface
    interface Rows {
        void accept(byte[] key, byte[] row);
    }

    /// The same, until it answers false.
    @FunctionalInterface
    interface RowsWhile {
        boolean accept(byte[] key, byte[] row);
    }

    /// Hears how the index is. Called on any thread, and not for long.
    interface Follower {
        /// It cannot be written, or parts of it cannot be read.
        void failed(Throwable why);

        /// It is in order again, but incomplete.
        void mended();
    }

    private static final Logger LOG = LoggerFactory.getLogger(Index.class);
    private static final long BACKLOG_BYTES_MAX = 32L << 20;
    private static final byte[] FIRST_KEY = {};

    /// Present once the index holds all that the tree does.
    private static final byte[] COMPLETE = "complete".getBytes(US_ASCII);

    private static final Follower NOBODY =
            new Follower() {
                @Override
                public void failed(Throwable why) {}

                @Override
                public void mended() {}
            };

    private final Layout layout;
    private final Backlog backlog = new Backlog(BACKLOG_BYTES_MAX);
    private final Committer committer = new Committer(new Log());

    /// Held for reading during every native call, and for writing to put another database in place.
    private final StampedLock inUse = new StampedLock();

    private @Nullable Database database;
    private boolean isClosed;
    private volatile boolean isDamaged;
    private volatile @Nullable Throwable failure;
    private volatile Follower follower = NOBODY;

    private Index(Layout layout, @Nullable Database database, @Nullable Throwable failure) {
        this.layout = layout;
        this.database = database;
        this.failure = failure;
    }

    /// Opens the index, or makes an empty one. Throws `BrokenIndexException` where there is one
    /// that cannot be used any more. On a full disk there is none at first.
    static Index open(Layout layout) throws IOException {
        Database database;
        try {
            database = Database.open(layout);
        } catch (IOException e) {
            if (Database.isFull(e)) {
                return new Index(layout, null, e);
            }
            throw e;
        }
        // Only now, since now no other process has it.
        if (Files.exists(layout.indexBrokenMark())) {
            database.close();
            throw new BrokenIndexException("was found damaged when it was last in use", null);
        }
        return new Index(layout, database, null);
    }

    /// Who hears from now on how the index is, and at once where it is not well.
    void follow(Follower newFollower) {
        follower = newFollower;
        Throwable why = failure;
        if (why != null) {
            newFollower.failed(why);
        }
    }

    boolean isHealthy() {
        return failure == null;
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
        Optional<Change> waiting = backlog.find(family, key);
        if (waiting.isPresent()) {
            return waiting.get().kind() == Change.Kind.PUT ? waiting.get().row() : null;
        }
        long stamp = inUse.readLock();
        try {
            requireOpen();
            return database == null ? null : database.get(family, key);
        } catch (RocksDBException e) {
            if (Database.isDamage(e)) {
                noteDamage(e);
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

    /// What it takes up on the disk; 0 where it cannot be asked.
    long bytes() {
        return number("rocksdb.total-sst-files-size");
    }

    /// What it takes up in memory.
    long memoryBytes() {
        return number("rocksdb.cur-size-all-mem-tables")
                + number("rocksdb.estimate-table-readers-mem");
    }

    private long number(String property) {
        long stamp = inUse.readLock();
        try {
            return database == null || isClosed ? 0 : database.number(property);
        } catch (RocksDBException e) {
            LOG.debug("index: {} cannot be told", property, e);
            return 0;
        } finally {
            inUse.unlockRead(stamp);
        }
    }

    /// Hands all rows of a family to `rows`, but for those that wait to be written.
    void forEach(Family family, Rows rows) throws IOException {
        forEachWhile(
                family,
                FIRST_KEY,
                (key, row) -> {
                    rows.accept(key, row);
                    return true;
                });
    }

    /// The same from the key `start` on, until `rows` has seen enough. The index cannot be mended
    /// or closed meanwhile, so it must not take long, nor ask the index anything.
    void forEachWhile(Family family, byte[] start, RowsWhile rows) throws IOException {
        long stamp = inUse.readLock();
        try {
            requireOpen();
            if (database != null) {
                database.scan(family, start, rows);
            }
        } catch (RocksDBException e) {
            if (Database.isDamage(e)) {
                noteDamage(e);
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
        AtomicInteger left = new AtomicInteger(max);
        forEachWhile(
                family,
                start,
                (key, row) -> {
                    if (left.getAndDecrement() <= 0 || Arrays.compareUnsigned(key, end) >= 0) {
                        return false;
                    }
                    rows.accept(key, row);
                    return left.get() > 0;
                });
    }

    /// Makes changes together: after a power cut all are there, or none. Throws only where the
    /// index is closed.
    void commit(Change... changes) throws IOException {
        committer.commit(List.of(changes));
    }

    /// Remembers across restarts that files of the index are damaged, so that it is made again.
    private void noteDamage(RocksDBException e) {
        if (!isDamaged) {
            isDamaged = true;
            LOG.error("index: damaged, and will be set aside", e);
            try {
                Files.write(layout.indexBrokenMark(), new byte[0]);
            } catch (IOException notMarked) {
                LOG.error("index: {} cannot be written", layout.indexBrokenMark(), notMarked);
            }
        }
        fail(e);
        committer.wake();
    }

    private void fail(Throwable why) {
        failure = why;
        follower.failed(why);
    }

    /// What the committer's thread does with the index.
    private final class Log implements Committer.Log {

        private long triedAt;

        @Override
        public void write(List<Change> changes) {
            if (failure != null
                    && System.nanoTime() - triedAt > Committer.CARE_INTERVAL.toNanos()) {
                care();
            }
            if (failure != null) {
                backlog.add(changes);
                return;
            }
            try {
                require().write(changes);
            } catch (RocksDBException e) {
                backlog.add(changes);
                if (Database.isCorruption(e)) {
                    noteDamage(e);
                } else {
                    fail(e);
                }
            }
        }

        @Override
        public boolean needsCare() {
            return failure != null;
        }

        @Override
        public void care() {
            try {
                if (isDamaged || !writesAgain()) {
                    reopen();
                    catchUp();
                }
                backlog.clear();
                failure = null;
                LOG.info("index: in order again");
                follower.mended();
            } catch (IOException | RocksDBException | RuntimeException e) {
                LOG.debug("index: not yet", e);
                failure = e;
            }
            triedAt = System.nanoTime();
        }

        private boolean writesAgain() {
            try {
                catchUp();
                return true;
            } catch (RocksDBException e) {
                LOG.debug("index: to be opened anew", e);
                return false;
            }
        }

        private void catchUp() throws RocksDBException {
            List<Change> changes = new ArrayList<>(backlog.all());
            changes.add(Change.delete(Family.ABOUT, COMPLETE));
            require().write(changes);
        }

        /// Not as long as the disk takes nothing: a database that can be read is worth more than
        /// one that cannot be opened.
        private void reopen() throws IOException {
            if (database != null && !isDamaged) {
                Recovery.requireWritable(layout);
            }
            long stamp = inUse.writeLock();
            try {
                if (database != null) {
                    database.close();
                    database = null;
                }
                if (isDamaged) {
                    new Recovery(layout).setAside();
                    isDamaged = false;
                }
                try {
                    database = Database.open(layout);
                } catch (BrokenIndexException e) {
                    LOG.error("index: {} cannot be used", layout.index(), e);
                    new Recovery(layout).setAside();
                    database = Database.open(layout);
                }
            } finally {
                inUse.unlockWrite(stamp);
            }
        }

        private Database require() throws RocksDBException {
            if (database == null) {
                throw new RocksDBException("the index is not open");
            }
            return database;
        }
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
                if (backlog.bytes() > 0) {
                    LOG.warn("index: closed with changes that could not be written");
                }
                if (database != null) {
                    database.close();
                }
            }
        } finally {
            inUse.unlockWrite(stamp);
        }
    }
}
