package dev.tarn.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChallengeTest {

    private static List<Challenge> parse(String value) {
        return Challenge.parse(List.of(value));
    }

    /// As the big registries write them.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\",scope=\"repository:library/alpine:pull\""
                        + "|https://auth.docker.io/token|registry.docker.io|repository:library/alpine:pull",
                "Bearer realm=\"https://ghcr.io/token\",service=\"ghcr.io\",scope=\"repository:a/b:pull\""
                        + "|https://ghcr.io/token|ghcr.io|repository:a/b:pull",
                "Bearer realm=\"https://quay.io/v2/auth\",service=\"quay.io\",scope=\"repository:a/b:pull\""
                        + "|https://quay.io/v2/auth|quay.io|repository:a/b:pull",
                "Bearer realm=\"https://gcr.io/v2/token\",service=\"gcr.io\",scope=\"repository:a/b:pull\""
                        + "|https://gcr.io/v2/token|gcr.io|repository:a/b:pull",
                "Bearer realm=\"https://public.ecr.aws/token/\",service=\"public.ecr.aws\",scope=\"aws\""
                        + "|https://public.ecr.aws/token/|public.ecr.aws|aws",
                "Bearer realm=\"https://gitlab.example/jwt/auth\", service=\"container_registry\", scope=\"repository:a/b:pull\", error=\"invalid_token\""
                        + "|https://gitlab.example/jwt/auth|container_registry|repository:a/b:pull"
            })
    void readsWhatRegistriesSay(String value, String realm, String service, String scope) {
        List<Challenge> challenges = parse(value);

        assertThat(challenges).hasSize(1);
        assertThat(challenges.getFirst().isBearer()).isTrue();
        assertThat(challenges.getFirst().parameter("realm")).contains(realm);
        assertThat(challenges.getFirst().parameter("service")).contains(service);
        assertThat(challenges.getFirst().parameter("scope")).contains(scope);
    }

    @Test
    void readsSeveralChallengesInOneHeaderAndInSeveral() {
        List<Challenge> challenges =
                Challenge.parse(
                        List.of(
                                "Negotiate, Basic realm=\"x, y\" , BEARER Realm=https://a/b",
                                "Digest qop=\"auth\\\"x\", nonce=abc"));

        assertThat(challenges)
                .containsExactly(
                        new Challenge("negotiate", Map.of()),
                        new Challenge("basic", Map.of("realm", "x, y")),
                        new Challenge("bearer", Map.of("realm", "https://a/b")),
                        new Challenge("digest", Map.of("qop", "auth\"x", "nonce", "abc")));
    }

    @Test
    void passesOverATokenThatIsNoParameter() {
        assertThat(parse("Negotiate YWJjZA==, Basic realm=\"x\""))
                .extracting(Challenge::scheme)
                .containsExactly("negotiate", "basic");
    }

    @Test
    void ofAParameterThatOccursTwiceTheFirstCounts() {
        assertThat(
                        parse("Bearer realm=\"https://a/\", realm=\"https://b/\"")
                                .getFirst()
                                .parameter("realm"))
                .contains("https://a/");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",,,",
                "=",
                "\"",
                "Bearer realm=\"unterminated",
                "Bearer realm=\"x\" \"y\"",
                "Bearer realm=\"x\\",
                "Bearer realm=\"x\"; y",
                "Bearer \u0000"
            })
    void dropsWhatIsNoChallenge(String value) {
        assertThat(parse(value)).isEmpty();
    }

    @Test
    void readsNoMoreThanItsLimits() {
        assertThat(parse("Basic, ".repeat(100))).hasSize(16);
        assertThat(parse("Bearer realm=\"" + "x".repeat(9_000) + "\"")).isEmpty();
        assertThat(parse("Bearer a=b" + ", x=y".repeat(0))).hasSize(1);
        StringBuilder many = new StringBuilder("Bearer a0=b");
        for (int i = 1; i < 40; i++) {
            many.append(",a").append(i).append("=b");
        }
        assertThat(parse(many.toString())).isEmpty();
    }

    @Test
    void endsWhateverItIsGiven() {
        Random random = new Random(7);
        String alphabet = "Bearer Basic=\"\\,; \t~:/é\u0000";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder value = new StringBuilder();
            for (int j = random.nextInt(60); j > 0; j--) {
                value.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            assertThat(parse(value.toString())).hasSizeLessThanOrEqualTo(16);
        }
    }
}
