package dev.tarn.pull;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/// The readers of a running download, and when they hear of what has come. To wake sixty of them
/// for each write would cost more than the download. So whoever has had his first bytes hears of
/// more once in a while, with all the others, and only who waits for his first or his last bytes
/// hears of each write. Behind the lock of the download's progress, which every caller holds.
final class Audience {

    /// As much as a reader takes without waiting for more.
    private static final int MUCH_BYTES = 1 << 20;

    /// How long news waits for more.
    private static final long NEWS_NANOS = Duration.ofMillis(10).toNanos();

    private final Set<DownloadReader> readers = new LinkedHashSet<>();

    /// For those who take whatever there is.
    private final Condition arrived;

    /// For those who have had some.
    private final Condition news;

    /// For the supervisor, who tells the news.
    private final Condition announced;

    private boolean hasTaken;
    private boolean isNewsWanted;
    private boolean isNewsThere;
    private final Ticker ticker;
    private long newsDueAt;
    private long editions;
    private long emptySince;

    Audience(Lock lock, Condition announced, Ticker ticker) {
        this.ticker = ticker;
        this.newsDueAt = ticker.nanos();
        this.emptySince = ticker.nanos();
        this.arrived = lock.newCondition();
        this.news = lock.newCondition();
        this.announced = announced;
    }

    boolean add(DownloadReader reader) {
        return readers.add(reader);
    }

    void remove(DownloadReader reader) {
        readers.remove(reader);
        if (readers.isEmpty()) {
            emptySince = ticker.nanos();
            announced.signal();
        }
    }

    Iterable<DownloadReader> readers() {
        return readers;
    }

    /// What is still wanted of a blob of `size` bytes.
    List<Chunks.Wanted> wanted(long size) {
        return readers.stream().map(reader -> reader.wanted(size)).toList();
    }

    boolean isEmpty() {
        return readers.isEmpty();
    }

    /// Whether somebody has taken the first bytes, or nobody wants any.
    boolean hasTaken() {
        return hasTaken || readers.isEmpty();
    }

    /// Whether a reader that asks for more is the first of all to do so. Asked on its own thread.
    boolean takesFirst(DownloadReader reader) {
        boolean isFirst = !hasTaken && !reader.isNew();
        hasTaken |= isFirst;
        return isFirst;
    }

    /// Where the last of those who are not given up has come to.
    long lowestPosition() {
        return readers.stream()
                .filter(reader -> !reader.isLeftBehind())
                .mapToLong(DownloadReader::needed)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /// Gives up those who are behind all others.
    void leaveSlowestBehind() {
        long lowest = lowestPosition();
        boolean isAnyAhead = readers.stream().anyMatch(reader -> reader.needed() > lowest);
        if (isAnyAhead) {
            readers.stream()
                    .filter(reader -> reader.needed() == lowest)
                    .forEach(DownloadReader::leaveBehind);
            hearAll();
        }
    }

    /// Since when on the monotonic clock, where there is nobody.
    long emptySince() {
        return emptySince;
    }

    /// Whether it is time to read on, where something is there: for some there is always, for the
    /// others if it is much, or if there was news since `edition`.
    boolean isEnough(long bytes, boolean isEager, long edition) {
        return bytes > 0 && (isEager || bytes >= MUCH_BYTES || edition != editions);
    }

    /// Whether a reader takes what there is, however little.
    static boolean isEager(DownloadReader reader, long position, long size) {
        return reader.isNew() || reader.wanted(size).end() - position <= MUCH_BYTES;
    }

    long edition() {
        return editions;
    }

    /// What signals each write.
    Condition arrived() {
        return arrived;
    }

    /// What signals the news. `isSomeThere` already: then there will be some.
    Condition news(boolean isSomeThere) {
        isNewsWanted = true;
        if (isSomeThere) {
            announce();
        }
        return news;
    }

    /// Bytes came.
    void hear() {
        arrived.signalAll();
        if (isNewsWanted) {
            announce();
        }
    }

    private void announce() {
        if (!isNewsThere) {
            isNewsThere = true;
            announced.signal();
        }
    }

    /// How long until the news is to be told.
    long newsNanosLeft(long now) {
        return isNewsThere ? newsDueAt - now : Long.MAX_VALUE;
    }

    void tellNews(long now) {
        isNewsWanted = false;
        isNewsThere = false;
        newsDueAt = now + NEWS_NANOS;
        editions++;
        news.signalAll();
    }

    /// Everybody looks again, now.
    void hearAll() {
        tellNews(ticker.nanos());
        arrived.signalAll();
    }
}
