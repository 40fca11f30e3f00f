/// Blobs as files and knowledge in RocksDB, with eviction and recovery.
@NullMarked
package dev.tarn.storage;

import org.jspecify.annotations.NullMarked;
