package dev.tarn.admin.push;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tarn.http.Request;
import dev.tarn.oci.Secret;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// What shows that an event comes from a registry of ours: a signature of its body (GitHub), the
/// secret itself in `Authorization` (Distribution, Harbor), or in the URL, where a registry sends
/// nothing else that one could choose (Docker Hub, Quay). A signature that is there counts alone.
public record PushSecret(Secret secret) {

    public static final String SIGNATURE = "X-Hub-Signature-256";

    /// docs.github.com, "Validating webhook deliveries".
    private static final String SIGNED = "sha256=";

    private static final String BEARER = "Bearer ";

    public boolean isKnownTo(Request request, ByteBuffer body) {
        if (!request.headers(SIGNATURE).isEmpty()) {
            return request.header(SIGNATURE).filter(shown -> isSignature(shown, body)).isPresent();
        }
        Optional<String> authorization = request.header("Authorization").map(PushSecret::bare);
        return authorization.filter(this::isSecret).isPresent()
                || request.query().find("token").filter(this::isSecret).isPresent();
    }

    /// Harbor sends what it was given as it is.
    private static String bare(String authorization) {
        boolean isBearer = authorization.regionMatches(true, 0, BEARER, 0, BEARER.length());
        return isBearer ? authorization.substring(BEARER.length()).strip() : authorization;
    }

    private boolean isSecret(String shown) {
        return MessageDigest.isEqual(shown.getBytes(UTF_8), secret.reveal().getBytes(UTF_8));
    }

    private boolean isSignature(String shown, ByteBuffer body) {
        String right = SIGNED + HexFormat.of().formatHex(hmac(body));
        return MessageDigest.isEqual(shown.getBytes(UTF_8), right.getBytes(UTF_8));
    }

    private byte[] hmac(ByteBuffer body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.reveal().getBytes(UTF_8), mac.getAlgorithm()));
            mac.update(body.duplicate());
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has HmacSHA256", e);
        }
    }
}
