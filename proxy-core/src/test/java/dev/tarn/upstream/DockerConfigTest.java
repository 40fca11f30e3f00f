package dev.tarn.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DockerConfigTest {
    @TempDir private Path folder;

    private DockerConfig read(String json) throws IOException {
        return DockerConfig.read(Files.writeString(folder.resolve("config.json"), json));
    }

    private static String auth(String pair) {
        return Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    private static Optional<Credentials> find(DockerConfig config, String host) {
        return config.find(new RegistryHost(host));
    }

    @ParameterizedTest
    @CsvSource({
        "https://index.docker.io/v1/, docker.io",
        "index.docker.io, docker.io",
        "registry-1.docker.io, docker.io",
        "docker.io, docker.io",
        "ghcr.io, ghcr.io",
        "https://GHCR.io/, ghcr.io",
        "https://quay.io/v2/, quay.io",
        "localhost:5000, localhost:5000"
    })
    void knowsWhichRegistryAKeyMeans(String key, String host) throws IOException {
        DockerConfig config =
                read("{\"auths\":{\"%s\":{\"auth\":\"%s\"}}}".formatted(key, auth("me:pa:ss")));

        assertThat(find(config, host)).contains(new Credentials("me", new Secret("pa:ss")));
        assertThat(find(config, "other.example")).isEmpty();
    }

    @Test
    void takesUsernameAndPassword() throws IOException {
        DockerConfig config =
                read("{\"auths\":{\"a.example\":{\"username\":\"me\",\"password\":\"pw\"}}}");

        assertThat(find(config, "a.example")).contains(new Credentials("me", new Secret("pw")));
        assertThat(config.toString()).contains("a.example").doesNotContain("pw");
    }

    @Test
    void passesOverWhatItCannotUse() throws IOException {
        DockerConfig config =
                read(
                        "{\"credsStore\":\"desktop\",\"credHelpers\":{\"x\":\"y\"},\"auths\":{"
                                + "\"a.example\":{},"
                                + "\"b.example\":{\"auth\":\"%%%\"},"
                                + "\"c.example\":{\"auth\":\""
                                + auth("no colon")
                                + "\"},"
                                + "\"d.example\":{\"auth\":\""
                                + auth("me:pw")
                                + "\",\"identitytoken\":\"t\"},"
                                + "\"e.example\":{\"auth\":\""
                                + auth("me:pw")
                                + "\"}}}");

        for (String host : new String[] {"a.example", "b.example", "c.example", "d.example"}) {
            assertThat(find(config, host)).isEmpty();
        }
        assertThat(find(config, "e.example")).isPresent();
    }

    @Test
    void saysWhatIsWrongWithTheFile() {
        assertThatThrownBy(() -> read("not json"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("config.json");
        assertThatThrownBy(() -> DockerConfig.read(folder.resolve("none.json")))
                .isInstanceOf(NoSuchFileException.class);
    }
}
