package dev.tarn.oci;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tarn.oci.Digest.Algorithm;
import java.security.MessageDigest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DigestTest {

    private static final String HEX_64 = "0123456789abcdef".repeat(4);

    /// The vectors of FIPS 180-4 and of the empty input.
    @ParameterizedTest
    @CsvSource({
        "SHA256, '', sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "SHA256, abc, sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "SHA512, '', sha512:cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
                + "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
        "SHA512, abc, sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    })
    void namesTheBytesThatItHashed(Algorithm algorithm, String bytes, String digest) {
        assertThat(Digest.of(algorithm, bytes.getBytes(US_ASCII))).hasToString(digest);
        assertThat(Digest.parse(digest)).isEqualTo(Digest.of(algorithm, bytes.getBytes(US_ASCII)));
    }

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void aHashFedInPiecesHasTheNameOfTheWholeAndStartsAnew(Algorithm algorithm) {
        MessageDigest hash = algorithm.newHash();
        for (int round = 0; round < 2; round++) {
            hash.update("ab".getBytes(US_ASCII));
            hash.update("c".getBytes(US_ASCII));
            assertThat(Digest.of(algorithm, hash))
                    .isEqualTo(Digest.of(algorithm, "abc".getBytes(US_ASCII)));
        }
    }

    @Test
    void knowsItsParts() {
        Digest digest = Digest.parse("sha256:" + HEX_64);

        assertThat(digest.algorithm()).isEqualTo(Algorithm.SHA256);
        assertThat(digest.algorithm().prefix()).isEqualTo("sha256");
        assertThat(digest.hex()).isEqualTo(HEX_64);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "sha256",
                "sha256:",
                ":" + "0123456789abcdef",
                "sha256:baddigeststring",
                "sha256:../../../../etc/passwd",
                "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde",
                "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0",
                "sha256:0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef",
                "sha256:0123456789abcdeg0123456789abcdef0123456789abcdef0123456789abcdef",
                "sha256: 123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                "sha256:０123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde",
                "sha256::123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                "SHA256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                "sha-256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                " sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n",
                "sha512:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                "sha384:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                "md5:d41d8cd98f00b204e9800998ecf8427e",
                "sha256+b64:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            })
    void refusesWhatIsNoDigest(String text) {
        assertThatExceptionOfType(RegistryException.Malformed.class)
                .isThrownBy(() -> Digest.parse(text))
                .withMessageContaining("'" + text + "'")
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.DIGEST_INVALID));
    }

    @Test
    void refusesAHashOfAnotherAlgorithmsLength() {
        assertThatExceptionOfType(RegistryException.Malformed.class)
                .isThrownBy(() -> new Digest(Algorithm.SHA512, HEX_64));
        assertThatExceptionOfType(RegistryException.Malformed.class)
                .isThrownBy(() -> new Digest(Algorithm.SHA256, HEX_64 + HEX_64));
    }

    @Test
    void anErrorShowsOnlyTheBeginningOfALongText() {
        assertThatExceptionOfType(RegistryException.Malformed.class)
                .isThrownBy(() -> Digest.parse("sha256:" + "f".repeat(1_000_000)))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(200).contains("…"));
    }
}
