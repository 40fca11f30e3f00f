package dev.tarn.http;

import dev.tarn.oci.ErrorCode;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.Malformed;
import dev.tarn.oci.RegistryException.RangeUnsatisfiable;
import dev.tarn.oci.RegistryException.Refused;
import dev.tarn.oci.RegistryException.StoreFailed;
import dev.tarn.oci.RegistryException.Throttled;
import dev.tarn.oci.RegistryException.Unknown;
import dev.tarn.oci.RegistryException.Unsupported;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// Failures as answers, with the body that the specification asks for ("Error Codes"):
/// `{"errors":[{"code","message","detail"}]}`.
public final class ErrorResponse {

    /// What of an upstream's own words is passed on, at most.
    private static final int DETAIL_LENGTH_MAX = 512;

    /// Not a mapper of objects: that would be most of the first answer's time, and every start asks
    /// itself for one.
    private static final JsonFactory JSON = new JsonFactory();

    private ErrorResponse() {}

    public static Response of(RegistryException failure) {
        String detail = String.valueOf(failure.getMessage());
        return switch (failure) {
            case Malformed malformed -> of(400, malformed.code(), detail);
            case Unknown unknown -> of(404, unknown.code(), detail);
            case Unsupported _ -> of(405, ErrorCode.UNSUPPORTED, detail).with("Allow", "GET, HEAD");
            // No WWW-Authenticate, though RFC 9110 §15.5.2 asks for one: with a challenge, clients
            // would send us the credentials that are meant for the registry.
            case Refused refused -> of(refused.code().status(), refused.code(), detail);
            // Never 429: containerd repeats the request at once, without a pause, five times. A 503
            // sends it on to the next host.
            case Throttled throttled ->
                    of(503, ErrorCode.TOOMANYREQUESTS, detail)
                            .with("Retry-After", seconds(throttled));
            case RangeUnsatisfiable range ->
                    of(416, ErrorCode.RANGE_INVALID, detail)
                            .with("Content-Range", "bytes */" + range.size());
            case UpstreamFailed failed -> of(failed.kind().status(), ErrorCode.UNAVAILABLE, detail);
            // What is wrong with our disk is nobody's business but the log's.
            case StoreFailed _ -> of(500, ErrorCode.UNKNOWN, "the mirror's store failed");
        };
    }

    public static Response of(int status, ErrorCode code, String detail) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), body)) {
            json.writeStartObject()
                    .writeArrayPropertyStart("errors")
                    .writeStartObject()
                    .writeStringProperty("code", code.name())
                    .writeStringProperty("message", code.message())
                    .writeStringProperty("detail", cut(detail))
                    .writeEndObject()
                    .writeEndArray()
                    .writeEndObject();
        }
        return Response.bytes(status, "application/json", ByteBuffer.wrap(body.toByteArray()))
                .with("Docker-Distribution-Api-Version", "registry/2.0");
    }

    private static String seconds(Throttled throttled) {
        return Long.toString(Math.max(1, throttled.retryAfter().plusMillis(999).toSeconds()));
    }

    private static String cut(String detail) {
        return detail.length() <= DETAIL_LENGTH_MAX
                ? detail
                : detail.substring(0, DETAIL_LENGTH_MAX) + "…";
    }
}
