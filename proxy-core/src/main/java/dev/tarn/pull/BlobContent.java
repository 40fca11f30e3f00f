package dev.tarn.pull;

/// The bytes of one blob for one reader. A finished blob and a running download look the same: how
/// long is it, and how far may I read? Used by one thread at a time and closed by whoever asked for
/// it.
public interface BlobContent extends BlobReader {

    /// The size of the whole blob in bytes, as soon as it is known.
    long awaitSize() throws InterruptedException;

    /// Waits until the byte at `position` may be read, and answers the end (exclusive) of what may
    /// be read from there in one go. The last bytes become readable only once the digest has been
    /// checked.
    long awaitReadable(long position) throws InterruptedException;
}
