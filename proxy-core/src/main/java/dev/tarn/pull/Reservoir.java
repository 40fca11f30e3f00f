package dev.tarn.pull;

import java.util.concurrent.atomic.AtomicLong;

/// What all downloads together keep in memory of bytes that go past the disk. It bounds what any of
/// them may keep beyond its next piece: with that alone each goes on, at the pace of its readers.
final class Reservoir {

    private final long capacity;
    private final AtomicLong bytes = new AtomicLong();

    Reservoir(long capacity) {
        this.capacity = capacity;
    }

    boolean hasRoom() {
        return bytes.get() < capacity;
    }

    long bytes() {
        return bytes.get();
    }

    void take(long count) {
        bytes.addAndGet(count);
    }

    void giveBack(long count) {
        bytes.addAndGet(-count);
    }
}
