package dev.tarn.http;

import java.util.Optional;

/// A request that has been understood. It may be asked again and again, by several clients at once.
/// The responses are the caller's to close.
@FunctionalInterface
public interface Question {

    /// The answer. Called on a virtual thread of the request's own, so it may wait; it is
    /// interrupted when the client leaves.
    Response answer() throws InterruptedException;

    /// The answer where it is at hand. Called on an event loop, so it waits for nothing; empty says
    /// only that `answer` would have to look.
    default Optional<Response> recall() {
        return Optional.empty();
    }

    /// One whose answer is always the same.
    static Question settled(Response response) {
        Optional<Response> known = Optional.of(response);
        return new Question() {
            @Override
            public Response answer() {
                return response;
            }

            @Override
            public Optional<Response> recall() {
                return known;
            }
        };
    }
}
