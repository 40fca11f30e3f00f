package dev.tarn.upstream;

import java.time.Duration;

/// How long we wait for an upstream.
///
/// @param connect for name, connection and TLS together
/// @param head from the request to the head of its answer
/// @param silence between two pieces of a body
/// @param document for the whole of a body that is no blob: a manifest, a list, a token, an error
/// @param idle how long an unused connection is kept: shorter than servers keep theirs
record Budgets(
        Duration connect, Duration head, Duration silence, Duration document, Duration idle) {

    static final Budgets STANDARD =
            new Budgets(
                    Duration.ofSeconds(3),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(15),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(30));
}
