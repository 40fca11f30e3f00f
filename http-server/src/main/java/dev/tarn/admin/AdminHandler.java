package dev.tarn.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tarn.admin.push.PushSecret;
import dev.tarn.http.Handler;
import dev.tarn.http.Question;
import dev.tarn.http.Request;
import dev.tarn.http.Response;
import java.nio.ByteBuffer;
import java.util.List;

/// What those who run the mirror ask it. Health and metrics are for everybody who reaches the port,
/// the rest for those who may.
final class AdminHandler implements Handler {

    /// Nothing but our own files and our own API, and in nobody's frame.
    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                    + " connect-src 'self'; base-uri 'none'; form-action 'none';"
                    + " frame-ancestors 'none'; require-trusted-types-for 'script'";

    private static final String API = "/api/v1/";

    private final Health health;
    private final MetricsPage metrics;
    private final Access access;
    private final Pages pages = new Pages();
    private final Json json = new Json();
    private final Calls calls;
    private final PushCall pushes;

    AdminHandler(
            Health health, MetricsPage metrics, Api api, Operations operations, Access access) {
        this.health = health;
        this.metrics = metrics;
        this.access = access;
        this.calls = new Calls(api, operations, health.isReady(), json);
        this.pushes = new PushCall(operations.pushes(), json);
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
        return List.of("Host", "Authorization", "Origin", PushSecret.SIGNATURE);
    }

    private Response answer(Request request) throws InterruptedException {
        if (request.path().equals(PushCall.PATH) && request.method().equals("POST")) {
            return pushes.answer(request);
        }
        if (request.path().startsWith(API)) {
            return guarded(request);
        }
        if (!request.method().equals("GET") && !request.isHead()) {
            return text(405, "read only").with("Allow", "GET, HEAD");
        }
        return switch (request.path()) {
            case "/livez", "/healthz" -> text(200, "ok");
            case "/readyz" ->
                    health.isReady().getAsBoolean() ? text(200, ready()) : text(503, "not ready");
            case "/metrics" -> bytes(200, metrics.contentType(), metrics.text().get());
            default -> access.isForeign(request) ? foreign() : page(request.path());
        };
    }

    /// A mirror with a broken disk still serves better than none.
    private String ready() {
        return health.trouble().get().map(what -> "degraded: " + what).orElse("ok");
    }

    private Response guarded(Request request) throws InterruptedException {
        return switch (access.judge(request)) {
            case FOREIGN -> foreign();
            case UNKNOWN ->
                    json.failure(401, "the token of admin.token is needed")
                            .with("WWW-Authenticate", "Bearer realm=\"tarn\"");
            case GRANTED ->
                    calls.answer(request.path().substring(API.length()), request)
                            .with("Cache-Control", "no-store");
        };
    }

    private Response foreign() {
        return json.failure(403, "this is for pages of this server, under a name of this machine");
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

    private static Response text(int status, String line) {
        return bytes(status, "text/plain; charset=utf-8", line + "\n");
    }

    private static Response bytes(int status, String type, String text) {
        return Response.bytes(status, type, ByteBuffer.wrap(text.getBytes(UTF_8)));
    }
}
