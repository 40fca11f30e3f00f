package dev.tarn.http;

/// Answers requests. Called on a virtual thread of the request's own, so it may wait; it is
/// interrupted when the client leaves.
@FunctionalInterface
public interface Handler {

    /// The response is the caller's to close.
    Response answer(Request request) throws InterruptedException;
}
