package dev.tarn.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tarn.oci.Accept;
import dev.tarn.oci.Digest;
import dev.tarn.oci.Repository;
import dev.tarn.oci.Tag;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/// What rows are found by. The parts of a key are kept apart by line ends, which occur in none of
/// them.
final class RowKey {

    private RowKey() {}

    /// One byte for the algorithm, then the hash.
    static byte[] of(Digest digest) {
        byte[] hash = HexFormat.of().parseHex(digest.hex());
        return ByteBuffer.allocate(1 + hash.length).put(code(digest.algorithm())).put(hash).array();
    }

    /// What the keys of all digests begin with whose hash begins with a byte.
    static byte[] prefix(Digest.Algorithm algorithm, int firstByte) {
        return new byte[] {code(algorithm), (byte) firstByte};
    }

    /// Before all digests of this algorithm whose hash begins with these bytes.
    static byte[] before(Digest.Algorithm algorithm, byte[] hash) {
        return ByteBuffer.allocate(1 + hash.length).put(code(algorithm)).put(hash).array();
    }

    /// After all digests of this algorithm.
    static byte[] after(Digest.Algorithm algorithm) {
        return new byte[] {(byte) (code(algorithm) + 1)};
    }

    static Digest digest(byte[] key) {
        for (Digest.Algorithm algorithm : Digest.Algorithm.values()) {
            if (key.length > 0 && key[0] == code(algorithm)) {
                return new Digest(algorithm, HexFormat.of().formatHex(key, 1, key.length));
            }
        }
        throw new IllegalArgumentException(
                "not the key of a digest: " + HexFormat.of().formatHex(key));
    }

    static byte[] of(Repository repository, Tag tag, Accept accept) {
        return (prefix(repository) + tag + "\n" + accept.header()).getBytes(UTF_8);
    }

    /// Before all meanings of this tag.
    static byte[] before(Repository repository, Tag tag) {
        return (prefix(repository) + tag + "\n").getBytes(UTF_8);
    }

    /// After all meanings of this tag.
    static byte[] after(Repository repository, Tag tag) {
        return (prefix(repository) + tag + (char) ('\n' + 1)).getBytes(UTF_8);
    }

    /// What the key of a tag's row says.
    record TagName(String host, String repository, String tag) {}

    static TagName tagName(byte[] key) {
        String[] parts = new String(key, UTF_8).split("\n", -1);
        if (parts.length < 3) {
            throw new IllegalArgumentException("not the key of a tag");
        }
        return new TagName(parts[0], parts[1], parts[2]);
    }

    /// What the key of a link's row says.
    record LinkName(String host, String repository, Digest digest) {}

    /// The digest comes last, since any byte may be in it.
    static LinkName linkName(byte[] key) {
        int host = indexOf(key, 0);
        int repository = indexOf(key, host + 1);
        return new LinkName(
                new String(key, 0, host, UTF_8),
                new String(key, host + 1, repository - host - 1, UTF_8),
                digest(Arrays.copyOfRange(key, repository + 1, key.length)));
    }

    private static int indexOf(byte[] key, int start) {
        for (int i = start; i < key.length; i++) {
            if (key[i] == '\n') {
                return i;
            }
        }
        throw new IllegalArgumentException("not the key of a link");
    }

    static byte[] of(Repository repository, Digest digest) {
        byte[] prefix = prefix(repository).getBytes(UTF_8);
        byte[] name = of(digest);
        return ByteBuffer.allocate(prefix.length + name.length).put(prefix).put(name).array();
    }

    static boolean hasPrefix(byte[] key, byte[] prefix) {
        return key.length >= prefix.length
                && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    static String prefix(Repository repository) {
        return repository.host() + "\n" + repository.name() + "\n";
    }

    private static byte code(Digest.Algorithm algorithm) {
        return switch (algorithm) {
            case SHA256 -> 1;
            case SHA512 -> 2;
        };
    }
}
