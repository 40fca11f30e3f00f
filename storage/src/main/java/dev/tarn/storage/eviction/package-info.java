/// Which blob goes when there is no room for another. Nothing in here reads a clock or a disk: time
/// and what is known of the blobs are passed in, so that a store, a simulation and a replayed trace
/// drive the same code.
@NullMarked
package dev.tarn.storage.eviction;

import org.jspecify.annotations.NullMarked;
