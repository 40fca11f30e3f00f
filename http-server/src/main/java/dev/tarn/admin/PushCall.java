package dev.tarn.admin;

import dev.tarn.admin.push.Notification;
import dev.tarn.admin.push.Push;
import dev.tarn.admin.push.PushReceiver;
import dev.tarn.admin.push.PushReceiver.Result;
import dev.tarn.admin.push.PushSecret;
import dev.tarn.http.Request;
import dev.tarn.http.RequestBody;
import dev.tarn.http.Response;
import dev.tarn.oci.RegistryException.Malformed;
import dev.tarn.oci.RegistryException.StoreFailed;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.Secret;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `POST /api/v1/events`: a registry tells of what was pushed to it. Registries are other machines
/// and know nothing of `admin.token`: a secret of its own guards this call, whatever the `Host`.
/// Only a body that is signed is read before it is known who sent it, and few of those at once.
final class PushCall {

    static final String PATH = "/api/v1/events";

    private static final int AT_ONCE_MAX = 16;

    private static final Logger LOG = LoggerFactory.getLogger(PushCall.class);

    private final PushReceiver receiver;
    private final Json json;
    private final Semaphore places = new Semaphore(AT_ONCE_MAX);

    PushCall(PushReceiver receiver, Json json) {
        this.receiver = receiver;
        this.json = json;
    }

    Response answer(Request request) throws InterruptedException {
        if (!places.tryAcquire()) {
            return json.failure(503, "there are too many events at once").with("Retry-After", "1");
        }
        try {
            return guarded(request);
        } catch (RequestBody.Refused e) {
            receiver.count(Result.MALFORMED);
            return json.failure(e.status(), String.valueOf(e.getMessage()));
        } catch (StoreFailed e) {
            LOG.warn("a push cannot be noted", e);
            return json.failure(503, "the store cannot be written").with("Retry-After", "10");
        } finally {
            places.release();
        }
    }

    private Response guarded(Request request) throws RequestBody.Refused, InterruptedException {
        Optional<Secret> secret = receiver.secret();
        if (secret.isEmpty()) {
            receiver.count(Result.REFUSED);
            return json.failure(
                    403,
                    "nobody may tell of pushes: events.secret has to be set in the configuration");
        }
        PushSecret shared = new PushSecret(secret.get());
        boolean isSigned = !request.headers(PushSecret.SIGNATURE).isEmpty();
        ByteBuffer body = isSigned ? awaitBody(request) : ByteBuffer.allocate(0);
        if (!shared.isKnownTo(request, body)) {
            receiver.count(Result.REFUSED);
            return json.failure(
                            401,
                            "the secret of events.secret is needed: as a signature, in Authorization"
                                    + " or as ?token=")
                    .with("WWW-Authenticate", "Bearer realm=\"tarn events\"");
        }
        return heard(request, isSigned ? body : awaitBody(request));
    }

    private static ByteBuffer awaitBody(Request request)
            throws RequestBody.Refused, InterruptedException {
        return request.body().await(Calls.BODY_BYTES_MAX);
    }

    private Response heard(Request request, ByteBuffer body) {
        Notification told;
        Optional<RegistryHost> upstream;
        try {
            upstream = request.query().find("upstream").map(RegistryHost::new);
            told = Notification.parse(body);
        } catch (IllegalArgumentException | Malformed e) {
            receiver.count(Result.MALFORMED);
            LOG.warn("an event cannot be read: {}", e.getMessage());
            return json.failure(400, String.valueOf(e.getMessage()));
        }
        if (told.pushes().isEmpty()) {
            receiver.count(Result.IGNORED);
        }
        List<Api.PushHeard> pushes = new ArrayList<>();
        for (Push push : told.pushes()) {
            Optional<String> reason = receiver.receive(push, upstream);
            receiver.count(reason.isEmpty() ? Result.TAKEN : Result.IGNORED);
            pushes.add(new Api.PushHeard(push.toString(), reason.isEmpty(), reason));
        }
        return json.answer(new Api.PushesHeard(Api.word(told.sender()), pushes));
    }
}
