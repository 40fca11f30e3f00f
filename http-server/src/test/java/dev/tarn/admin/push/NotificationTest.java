package dev.tarn.admin.push;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tarn.admin.push.Notification.Sender;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What each registry sends, and what it could send.
class NotificationTest {

    private static Notification parse(String text) {
        return Notification.parse(ByteBuffer.wrap(text.getBytes(UTF_8)));
    }

    @ParameterizedTest
    @CsvSource({
        "distribution, DISTRIBUTION, registry.test:5000/team/app:v1",
        "harbor, HARBOR, harbor.test/team/app:v1 harbor.test/team/app:stable",
        "docker-hub, DOCKER_HUB, docker.io/team/app:v1",
        "github, GITHUB, ghcr.io/team/app:v1",
        "quay, QUAY, quay.io/team/app:v1 quay.io/team/app:stable"
    })
    void eachRegistrySaysItInItsWay(String sample, Sender sender, String pushes) {
        Notification read = Notification.parse(ByteBuffer.wrap(Sample.of(sample)));

        assertThat(read.sender()).isEqualTo(sender);
        assertThat(read.pushes()).extracting(Push::toString).containsExactly(pushes.split(" "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"events\": []}",
                "{\"events\": [{\"action\": \"delete\", \"target\": {\"repository\": \"a\", \"tag\": \"b\"}}]}",
                "{\"type\": \"PULL_ARTIFACT\", \"event_data\": {}}",
                "{\"push_data\": {\"tag\": null}}",
                "{\"zen\": \"Keep it logically awesome.\", \"hook_id\": 1, \"hook\": {}}",
                "{\"action\": \"published\", \"package\": {\"package_type\": \"npm\"}}",
                "{\"action\": \"updated\", \"package\": {\"package_type\": \"container\"}}",
                "{\"docker_url\": \"quay.io/team/app\", \"build_id\": \"1\"}"
            })
    void whatIsNoPushOfATagTellsOfNone(String text) {
        assertThat(parse(text).pushes()).isEmpty();
    }

    @Test
    void aPackageOfGitHubIsOneByEitherName() {
        String named = new String(Sample.of("github"), UTF_8);

        assertThat(parse(named.replace("\"registry_package\"", "\"package\"")).pushes())
                .isEqualTo(parse(named).pushes());
    }

    @Test
    void tagsMayBeTheNamesOfAnObject() {
        String text =
                "{\"docker_url\": \"quay.io/a/b\", \"repository\": \"a/b\", \"updated_tags\": {\"v1\": \"x\"}}";

        assertThat(parse(text).pushes()).hasToString("[quay.io/a/b:v1]");
    }

    @Test
    void aRegistryThatDoesNotSayWhoItIsIsHeardToo() {
        String text =
                "{\"events\": [{\"action\": \"push\", \"target\": {\"repository\": \"a/b\", \"tag\": \"v1\"}}]}";

        assertThat(parse(text).pushes()).hasToString("[a/b:v1]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            textBlock =
                    """
                    {"events": {}}                                             | events is not a list
                    {"events": [{}]}                                           | events.0.action is missing
                    {"events": [{"action": 1}]}                                | events.0.action is not text
                    {"events": [{"action": "push", "target": {"tag": "v1"}}]}  | events.0.target.repository is missing
                    {"events": [{"action": "push", "target": {"tag": "a b"}}]} | events.0.target.tag: not a tag
                    {"events": [{"action": "push", "request": {"host": "/"}}]} | events.0.request.host: not a registry host
                    {"event_data": {}}                                         | type is missing
                    {"push_data": {"tag": "v1"}}                               | repository.repo_name is missing
                    {"push_data": {"tag": []}}                                 | push_data.tag is not text
                    {"docker_url": 7}                                          | docker_url is not text
                    {"docker_url": "quay.io/a", "updated_tags": [7]}           | updated_tags.0 is not text
                    {"docker_url": "quay.io/a", "updated_tags": ["v1"]}        | repository is missing
                    {"hello": "world"}                                         | this is no notification of Distribution
                    []                                                         | the body is not a JSON object
                    null                                                       | the body is not a JSON object
                    {"events":                                                 | line 1, column 11: not JSON
                    {"events": []} x                                           | line 1, column 16: not JSON
                    """)
    void aMistakeIsSaidWithItsPlace(String text, String problem) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse(text))
                .withMessageContaining(problem);
    }

    @Test
    void anEmptyBodyIsAMistake() {
        assertThatIllegalArgumentException().isThrownBy(() -> parse(""));
    }

    @Test
    void depthSizeAndNumberHaveAnEnd() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("{\"events\":" + "[".repeat(100_000)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("{\"x\": \"" + "a".repeat(300_000) + "\"}"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("{\"events\": [" + "{},".repeat(1_000) + "{}]}"))
                .withMessage("events has more than 1000 elements");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("{\"x\": [" + "1,".repeat(200_000) + "1]}"));
    }

    /// Whatever is sent, it is read or it is a mistake that can be told.
    @ParameterizedTest
    @ValueSource(strings = {"distribution", "harbor", "docker-hub", "github", "quay"})
    void aNotificationThatWasDamagedIsReadOrRefused(String sample) {
        Random random = new Random(7);
        byte[] whole = Sample.of(sample);
        for (int i = 0; i < 3_000; i++) {
            byte[] damaged = Arrays.copyOf(whole, 1 + random.nextInt(whole.length));
            for (int j = 0; j < random.nextInt(6); j++) {
                damaged[random.nextInt(damaged.length)] =
                        (byte) "{}[]\",:0 \u0000x".charAt(random.nextInt(11));
            }
            try {
                assertThat(Notification.parse(ByteBuffer.wrap(damaged)).pushes()).isNotNull();
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
    }
}
