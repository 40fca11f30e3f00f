package dev.tarn.http;

import java.util.List;

/// Says what requests are about. Called on an event loop, so it waits for nothing.
@FunctionalInterface
public interface Handler {

    /// The same request always means the same, so a question may be kept, and asked again for each
    /// request that is like the first, byte for byte.
    Question understand(Request request);

    /// What it looks at besides `User-Agent`, and so all that is kept of a request.
    default List<String> headers() {
        return List.of("Host", "Accept", "Range", "If-None-Match", "If-Range", "traceparent");
    }
}
