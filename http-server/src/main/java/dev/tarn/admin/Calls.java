package dev.tarn.admin;

import static java.util.Map.entry;

import dev.tarn.http.Request;
import dev.tarn.http.RequestBody;
import dev.tarn.http.Response;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The calls of the API, by their paths below `/api/v1/` and their methods. Whoever may not ask has
/// been sent away before.
final class Calls {

    /// What answers one of them, on the request's own thread.
    @FunctionalInterface
    interface Call {
        /// One answer.
        ///
        /// @throws IllegalArgumentException where the request is not what it should be
        Response answer(Request request)
                throws IOException, RequestBody.Refused, InterruptedException;
    }

    /// The most bytes of a body, and the most calls at once that may have one.
    static final int BODY_BYTES_MAX = 1 << 20;

    static final int CHANGES_MAX = 16;

    private static final Logger LOG = LoggerFactory.getLogger(Calls.class);

    private static final int PULLS = 100;
    private static final int PULLS_MAX = 10_000;
    private static final int IMAGES = 1_000;
    private static final int IMAGES_MAX = 10_000;

    private final Json json;
    private final Map<String, Map<String, Call>> calls;
    private final Semaphore changes = new Semaphore(CHANGES_MAX);

    Calls(Api api, Operations operations, BooleanSupplier isReady, Json json) {
        this.json = json;
        this.calls =
                Map.ofEntries(
                        entry("overview", told(_ -> api.overview())),
                        entry("history", told(_ -> api.history())),
                        entry("pulls", told(asked -> api.pulls(limit(asked, PULLS, 0, PULLS_MAX)))),
                        entry("failures", told(_ -> api.failures())),
                        entry(
                                "images",
                                told(asked -> api.images(limit(asked, IMAGES, 1, IMAGES_MAX)))),
                        entry("upstreams", told(_ -> api.upstreams())),
                        entry("store", told(_ -> api.store())),
                        entry("config", told(_ -> api.config())),
                        entry(
                                "events",
                                Map.of(
                                        "GET",
                                        _ ->
                                                Response.stream(
                                                        "text/event-stream",
                                                        new Events(api, json, isReady)))),
                        entry(
                                "scrub",
                                Map.of(
                                        "GET", _ -> json.answer(api.scrub()),
                                        "POST", _ -> json.answer(operations.startScrub()))));
    }

    /// What one call tells.
    @FunctionalInterface
    private interface Telling {
        Object tell(Request request) throws IOException;
    }

    private Map<String, Call> told(Telling telling) {
        return Map.of("GET", request -> json.answer(telling.tell(request)));
    }

    /// @param path below `/api/v1/`
    Response answer(String path, Request request) throws InterruptedException {
        Map<String, Call> methods = calls.get(path);
        if (methods == null) {
            return json.failure(404, "there is no such thing in the API");
        }
        String method = request.isHead() ? "GET" : request.method();
        Call call = methods.get(method);
        if (call == null) {
            String allowed = allowed(methods);
            return json.failure(405, "this takes " + allowed).with("Allow", allowed);
        }
        if (method.equals("GET")) {
            return answer(call, request);
        }
        if (!changes.tryAcquire()) {
            return json.failure(503, "there are too many such calls at once")
                    .with("Retry-After", "1");
        }
        try {
            return answer(call, request);
        } finally {
            changes.release();
        }
    }

    private static String allowed(Map<String, Call> methods) {
        TreeSet<String> allowed = new TreeSet<>(methods.keySet());
        if (allowed.contains("GET")) {
            allowed.add("HEAD");
        }
        return String.join(", ", allowed);
    }

    private Response answer(Call call, Request request) throws InterruptedException {
        try {
            return call.answer(request);
        } catch (IllegalArgumentException e) {
            return json.failure(400, String.valueOf(e.getMessage()));
        } catch (RequestBody.Refused e) {
            return json.failure(e.status(), String.valueOf(e.getMessage()));
        } catch (IOException e) {
            LOG.warn("the admin API cannot answer {} {}", request.method(), request.path(), e);
            return json.failure(500, "the store cannot be read or written");
        }
    }

    private static int limit(Request request, int usual, int min, int max) {
        Optional<String> limit = request.query().find("limit");
        if (limit.isPresent() && !limit.get().matches("[0-9]{1,6}")) {
            throw new IllegalArgumentException("limit is not a number");
        }
        return Math.clamp(limit.map(Integer::parseInt).orElse(usual), min, max);
    }
}
