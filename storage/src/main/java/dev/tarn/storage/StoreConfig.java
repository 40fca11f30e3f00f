package dev.tarn.storage;

import java.time.Duration;

/// How a store looks after what it has, and how much it may have.
///
/// @param verify when the bytes of a blob are looked at that is asked for
/// @param scrubInterval how often every file is read and hashed; zero never does that
/// @param scrubRate how many bytes are read per second for that, at most
/// @param budget what it may hold
public record StoreConfig(Verify verify, Duration scrubInterval, long scrubRate, Budget budget) {

    /// When the bytes of a stored blob are looked at. Where a file seems to have changed, they are
    /// hashed in any case before it is served.
    public enum Verify {
        /// Once in a while, in the background.
        SCRUB,
        /// Each time: the last bytes go once all of them have been hashed.
        ALWAYS,
        /// Each time they are read from the disk, by the kernel (fs-verity), where the file system
        /// can do that.
        FS_VERITY
    }

    public static final StoreConfig DEFAULT =
            new StoreConfig(Verify.SCRUB, Duration.ofDays(30), 20L << 20, Budget.DEFAULT);

    public StoreConfig {
        if (scrubRate <= 0) {
            throw new IllegalArgumentException("the scrub must read something");
        }
    }

    public StoreConfig withBudget(Budget other) {
        return new StoreConfig(verify, scrubInterval, scrubRate, other);
    }
}
