package dev.tarn.http;

import dev.tarn.oci.RegistryException;
import dev.tarn.pull.PullListener.Timing;
import java.util.Optional;

/// One answer on its way: to whom it goes, and how far it has come. One thread after another sends
/// it; how many bytes have left, any thread may ask.
public final class Delivery {

    private final String address;
    private final String requestId;
    private final long startedAt = System.nanoTime();
    private volatile long sentBytes;
    private long firstByteAt;
    private long clientNanos;
    private long diskNanos;
    private int otherStatus;
    private Optional<RegistryException> failure = Optional.empty();

    /// @param address the client's
    /// @param requestId by which the request is found again in logs
    public Delivery(String address, String requestId) {
        this.address = address;
        this.requestId = requestId;
    }

    public String address() {
        return address;
    }

    public String requestId() {
        return requestId;
    }

    /// The head leaves.
    public void begin() {
        firstByteAt = System.nanoTime();
    }

    /// How many bytes of the body have left so far.
    public void sent(long bytes) {
        sentBytes = bytes;
    }

    public long sentBytes() {
        return sentBytes;
    }

    /// For so long there were bytes that the client could have taken.
    public void waitedForClient(long nanos) {
        clientNanos += nanos;
    }

    /// For so long bytes were read that were not in memory.
    public void waitedForDisk(long nanos) {
        diskNanos += nanos;
    }

    /// The content did not come.
    public void failed(RegistryException why) {
        failure = Optional.of(why);
    }

    public Optional<RegistryException> failure() {
        return failure;
    }

    /// The client is told something else than what the response says.
    public void answeredInstead(int status) {
        otherStatus = status;
    }

    /// What the client is told, where nothing else has been: `status`.
    public int statusOr(int status) {
        return otherStatus == 0 ? status : otherStatus;
    }

    /// Where the time went, up to now.
    public Timing timing() {
        long total = System.nanoTime() - startedAt;
        long firstByte = firstByteAt == 0 ? total : firstByteAt - startedAt;
        return new Timing(total, firstByte, clientNanos, diskNanos);
    }
}
