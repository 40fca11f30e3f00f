package dev.tarn.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tarn.http.Handler;
import dev.tarn.http.Question;
import dev.tarn.http.Request;
import dev.tarn.http.Response;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What those who run the mirror ask it. Health and metrics are for everybody who reaches the port,
/// the rest for those who may.
final class AdminHandler implements Handler {

    private static final Logger LOG = LoggerFactory.getLogger(AdminHandler.class);

    /// Nothing but our own files and our own API, and in nobody's frame.
    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                    + " connect-src 'self'; base-uri 'none'; form-action 'none';"
                    + " frame-ancestors 'none'; require-trusted-types-for 'script'";

    private static final String API = "/api/v1/";
    private static final int PULLS = 100;
    private static final int PULLS_MAX = 10_000;
    private static final int IMAGES = 1_000;
    private static final int IMAGES_MAX = 10_000;

    private final Health health;
    private final MetricsPage metrics;
    private final Api api;
    private final Access access;
    private final Pages pages = new Pages();
    private final Json json = new Json();

    AdminHandler(Health health, MetricsPage metrics, Api api, Access access) {
        this.health = health;
        this.metrics = metrics;
        this.api = api;
        this.access = access;
    }

    @Override
    public Question understand(Request request) {
        return () -> {
            Response response = answer(request).with("X-Content-Type-Options", "nosniff");
            return request.isHead() ? response.withoutBody() : response;
        };
    }

    @Override
    public List<String> headers() {
        return List.of("Host", "Authorization", "Origin");
    }

    private Response answer(Request request) {
        if (!request.method().equals("GET") && !request.isHead()) {
            return text(405, "read only").with("Allow", "GET, HEAD");
        }
        return switch (request.path()) {
            case "/livez", "/healthz" -> text(200, "ok");
            case "/readyz" ->
                    health.isReady().getAsBoolean() ? text(200, ready()) : text(503, "not ready");
            case "/metrics" -> bytes(200, metrics.contentType(), metrics.text().get());
            default -> guarded(request);
        };
    }

    /// A mirror with a broken disk still serves better than none.
    private String ready() {
        return health.trouble().get().map(what -> "degraded: " + what).orElse("ok");
    }

    private Response guarded(Request request) {
        if (!request.path().startsWith(API)) {
            return access.isForeign(request) ? foreign() : page(request.path());
        }
        return switch (access.judge(request)) {
            case FOREIGN -> foreign();
            case UNKNOWN ->
                    failure(401, "the token of admin.token is needed")
                            .with("WWW-Authenticate", "Bearer realm=\"tarn\"");
            case GRANTED -> asked(request).with("Cache-Control", "no-store");
        };
    }

    private Response foreign() {
        return failure(403, "this is for pages of this server, under a name of this machine");
    }

    private Response page(String path) {
        return pages.find(path)
                .map(page ->
                        Response.bytes(200, page.type(), page.bytes())
                                .with("Content-Security-Policy", CONTENT_SECURITY_POLICY)
                                .with("Referrer-Policy", "no-referrer")
                                .with("Cache-Control", "no-cache"))
                .orElseGet(() -> text(404, "not found"));
    }

    private Response asked(Request request) {
        try {
            return switch (request.path().substring(API.length())) {
                case "overview" -> object(api.overview());
                case "history" -> object(api.history());
                case "pulls" -> object(api.pulls(limit(request, PULLS, 0, PULLS_MAX)));
                case "failures" -> object(api.failures());
                case "images" -> object(api.images(limit(request, IMAGES, 1, IMAGES_MAX)));
                case "upstreams" -> object(api.upstreams());
                case "store" -> object(api.store());
                case "config" -> object(api.config());
                case "events" ->
                        Response.stream(
                                "text/event-stream", new Events(api, json, health.isReady()));
                default -> failure(404, "there is no such thing in the API");
            };
        } catch (IllegalArgumentException e) {
            return failure(400, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            LOG.warn("the admin API cannot tell {}", request.path(), e);
            return failure(500, "the store cannot be read");
        }
    }

    private static int limit(Request request, int usual, int min, int max) {
        Optional<String> limit = request.query().find("limit");
        if (limit.isPresent() && !limit.get().matches("[0-9]{1,6}")) {
            throw new IllegalArgumentException("limit is not a number");
        }
        return Math.clamp(limit.map(Integer::parseInt).orElse(usual), min, max);
    }

    private Response object(Object value) {
        return bytes(200, "application/json", json.text(value));
    }

    private record Failure(int status, String message) {}

    private Response failure(int status, String message) {
        return bytes(status, "application/json", json.text(new Failure(status, message)));
    }

    private static Response text(int status, String line) {
        return bytes(status, "text/plain; charset=utf-8", line + "\n");
    }

    private static Response bytes(int status, String type, String text) {
        return Response.bytes(status, type, ByteBuffer.wrap(text.getBytes(UTF_8)));
    }
}
