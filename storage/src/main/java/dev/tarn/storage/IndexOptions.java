package dev.tarn.storage;

import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.DataBlockIndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.WriteOptions;

/// How RocksDB is run: little memory, since Caffeine holds what is hot; a small log, since that
/// decides how long it takes to open; and no thread that only counts. Owns native memory until it
/// is closed.
final class IndexOptions implements AutoCloseable {

    private static final long BLOCK_CACHE_BYTES = 16L << 20;
    private static final long WRITE_BUFFER_BYTES = 4L << 20;
    private static final long LOG_BYTES_MAX = 16L << 20;
    private static final int OPEN_FILES_MAX = 256;
    private static final double BLOOM_BITS_PER_KEY = 10;

    private final Cache blockCache = new LRUCache(BLOCK_CACHE_BYTES);
    private final BloomFilter bloomFilter = new BloomFilter(BLOOM_BITS_PER_KEY);
    private final DBOptions database =
            new DBOptions()
                    .setCreateIfMissing(true)
                    .setCreateMissingColumnFamilies(true)
                    .setMaxOpenFiles(OPEN_FILES_MAX)
                    .setMaxBackgroundJobs(2)
                    .setMaxTotalWalSize(LOG_BYTES_MAX)
                    .setBytesPerSync(1L << 20)
                    .setSkipStatsUpdateOnDbOpen(true)
                    .setStatsDumpPeriodSec(0)
                    .setStatsPersistPeriodSec(0)
                    .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                    .setKeepLogFileNum(2);
    private final ColumnFamilyOptions family =
            new ColumnFamilyOptions()
                    .setWriteBufferSize(WRITE_BUFFER_BYTES)
                    .setMaxWriteBufferNumber(2)
                    .setMergeOperatorName("uint64add")
                    .setCompressionType(CompressionType.LZ4_COMPRESSION)
                    .setTableFormatConfig(
                            new BlockBasedTableConfig()
                                    .setBlockCache(blockCache)
                                    .setCacheIndexAndFilterBlocks(true)
                                    .setPinL0FilterAndIndexBlocksInCache(true)
                                    .setFilterPolicy(bloomFilter)
                                    .setOptimizeFiltersForMemory(true)
                                    .setDataBlockIndexType(
                                            DataBlockIndexType.kDataBlockBinaryAndHash));
    private final WriteOptions synced = new WriteOptions().setSync(true);

    DBOptions database() {
        return database;
    }

    ColumnFamilyOptions family() {
        return family;
    }

    /// Writes that have outlasted a power cut by the time they return.
    WriteOptions synced() {
        return synced;
    }

    @Override
    public void close() {
        synced.close();
        family.close();
        database.close();
        bloomFilter.close();
        blockCache.close();
    }
}
