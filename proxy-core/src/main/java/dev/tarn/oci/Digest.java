package dev.tarn.oci;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// The name of some bytes: the algorithm and the hexadecimal hash. `sha256:` and `sha512:`, lower
/// case, of exactly the algorithm's length (OCI image specification, "Digests").
public record Digest(Algorithm algorithm, String hex) implements Reference {

    /// The registered algorithms.
    public enum Algorithm {
        SHA256("sha256", "SHA-256", 64),
        SHA512("sha512", "SHA-512", 128);

        private final String prefix;
        private final String jdkName;
        private final int hexLength;

        Algorithm(String prefix, String jdkName, int hexLength) {
            this.prefix = prefix;
            this.jdkName = jdkName;
            this.hexLength = hexLength;
        }

        public String prefix() {
            return prefix;
        }

        /// A new running computation; `Digest.of(algorithm, …)` names its result.
        public MessageDigest newHash() {
            try {
                return MessageDigest.getInstance(jdkName);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has " + jdkName, e);
            }
        }
    }

    public Digest {
        if (hex.length() != algorithm.hexLength || !isLowerHex(hex)) {
            throw malformed(algorithm.prefix + ":" + hex);
        }
    }

    /// Reads `sha256:<64 hex digits>` or `sha512:<128 hex digits>`.
    public static Digest parse(String text) {
        int colon = text.indexOf(':');
        for (Algorithm algorithm : Algorithm.values()) {
            if (colon >= 0 && text.substring(0, colon).equals(algorithm.prefix)) {
                return new Digest(algorithm, text.substring(colon + 1));
            }
        }
        throw malformed(text);
    }

    /// Names the result of a running computation, which is reset by this.
    public static Digest of(Algorithm algorithm, MessageDigest hash) {
        return new Digest(algorithm, HexFormat.of().formatHex(hash.digest()));
    }

    public static Digest of(Algorithm algorithm, byte[] bytes) {
        MessageDigest hash = algorithm.newHash();
        hash.update(bytes);
        return of(algorithm, hash);
    }

    private static boolean isLowerHex(String text) {
        return text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    }

    private static RegistryException.Malformed malformed(String text) {
        String shown = text.length() <= 140 ? text : text.substring(0, 140) + "…";
        return new RegistryException.Malformed(
                ErrorCode.DIGEST_INVALID, "not a digest: '" + shown + "'");
    }

    // by hand, and faster than a record's own: this is a key on the way of every hit
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Digest that && hex.equals(that.hex) && algorithm == that.algorithm;
    }

    @Override
    public int hashCode() {
        return hex.hashCode();
    }

    @Override
    public String toString() {
        return algorithm.prefix + ":" + hex;
    }
}
