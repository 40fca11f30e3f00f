package dev.tarn.http;

/// Says what requests are about. Called on an event loop, so it waits for nothing.
@FunctionalInterface
public interface Handler {

    /// The same request always means the same, so a question may be kept, and asked again for each
    /// request that is like the first, byte for byte.
    Question understand(Request request);
}
