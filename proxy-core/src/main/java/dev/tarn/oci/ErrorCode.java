package dev.tarn.oci;

/// The error codes of the OCI distribution specification and of Docker's API before it, each with
/// the HTTP status that it usually goes out with: HTTP itself may call for another.
public enum ErrorCode {
    BLOB_UNKNOWN(404, "blob unknown to registry"),
    DENIED(403, "requested access to the resource is denied"),
    DIGEST_INVALID(400, "provided digest is not a valid digest"),
    MANIFEST_UNKNOWN(404, "manifest unknown"),
    NAME_INVALID(400, "invalid repository name"),
    NAME_UNKNOWN(404, "repository name not known to registry"),
    PAGINATION_NUMBER_INVALID(400, "invalid number of results requested"),
    RANGE_INVALID(416, "requested range not satisfiable"),
    TAG_INVALID(400, "manifest tag is not a valid tag"),
    TOOMANYREQUESTS(503, "too many requests"),
    UNAUTHORIZED(401, "authentication required"),
    UNAVAILABLE(502, "upstream registry unavailable"),
    UNKNOWN(500, "unknown error"),
    UNSUPPORTED(405, "the operation is unsupported");

    private final int status;
    private final String message;

    ErrorCode(int status, String message) {
        this.status = status;
        this.message = message;
    }

    public int status() {
        return status;
    }

    public String message() {
        return message;
    }
}
