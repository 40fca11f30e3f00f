package dev.tarn.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.oci.ErrorCode;
import dev.tarn.oci.RegistryException.Malformed;
import dev.tarn.oci.RegistryException.Unknown;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.RepositoryName;
import dev.tarn.pull.Upstream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UpstreamTableTest {

    private final Map<RegistryHost, Upstream> upstreams = new HashMap<>();
    private final UpstreamTable table;

    UpstreamTableTest() {
        for (String host : List.of("docker.io", "quay.io", "ghcr.io", "localhost:5001")) {
            upstreams.put(new RegistryHost(host), new FakeUpstream(host));
        }
        table =
                new UpstreamTable(
                        upstreams,
                        Map.of(
                                "Quay.mirror.example", new RegistryHost("quay.io"),
                                "hub.example:5000", new RegistryHost("docker.io")),
                        new RegistryHost("docker.io"));
    }

    @ParameterizedTest
    @CsvSource({
        // ns, host, name -> repository
        "quay.io, m, a/b, quay.io/a/b",
        "QUAY.io, m, a/b, quay.io/a/b",
        "docker.io, m, alpine, docker.io/library/alpine",
        "docker.io, m, library/alpine, docker.io/library/alpine",
        "index.docker.io, m, alpine, docker.io/library/alpine",
        "registry-1.docker.io, m, a/b, docker.io/a/b",
        "localhost:5001, m, a, localhost:5001/a",
        "quay.io, m, ghcr.io/a/b, quay.io/ghcr.io/a/b",
        "ghcr.io, quay.mirror.example, a/b, ghcr.io/a/b",
        "quay.io, m, alpine, quay.io/alpine",
        ", quay.mirror.example, a/b, quay.io/a/b",
        ", QUAY.mirror.example:443, a/b, quay.io/a/b",
        ", quay.mirror.example, ghcr.io/a, quay.io/ghcr.io/a",
        ", hub.example:5000, alpine, docker.io/library/alpine",
        ", hub.example:5001, quay.io/a, quay.io/a",
        ", m, ghcr.io/org/app, ghcr.io/org/app",
        ", m, quay.io/app, quay.io/app",
        ", m, docker.io/alpine, docker.io/library/alpine",
        ", m, index.docker.io/library/alpine, docker.io/library/alpine",
        ", m, ghcr.io, docker.io/library/ghcr.io",
        ", m, alpine, docker.io/library/alpine",
        ", m, org/app, docker.io/org/app",
        ", m, example.com/org/app, docker.io/example.com/org/app",
        ", , org/app, docker.io/org/app"
    })
    void theUpstreamIsChosen(String ns, String host, String name, String repository) {
        Request request =
                Request.of(
                        "GET",
                        "/v2/" + (ns == null ? "" : "?ns=" + ns),
                        host == null ? Map.of() : Map.of("Host", List.of(host)));

        assertThat(table.target(request, new RepositoryName(name)).repository())
                .hasToString(repository);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "example.com",
                "quay.io.",
                "quay.io:443",
                "https://quay.io",
                "quay.io/",
                "quay.io@evil.example",
                "evil.example/quay.io",
                "169.254.169.254",
                "%5B::1%5D",
                "..",
                "*",
                "quay.io%20",
                "quay.io,ghcr.io",
                "%C4%B1"
            })
    void anUpstreamThatIsNotConfiguredIsUnknown(String ns) {
        Request request = Request.of("GET", "/v2/?ns=" + ns, Map.of());

        assertThatThrownBy(() -> table.target(request, new RepositoryName("a/b")))
                .isInstanceOfSatisfying(
                        Unknown.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NAME_UNKNOWN));
        assertThat(table.knows(request.query().find("ns").orElseThrow())).isFalse();
    }

    @Test
    void aNameThatIsTooLongWithItsLibraryIsRefused() {
        Request request = Request.of("GET", "/v2/", Map.of());

        assertThatThrownBy(() -> table.target(request, new RepositoryName("a".repeat(255))))
                .isInstanceOf(Malformed.class);
    }

    @Test
    void aMappingToNowhereIsAMistakeInTheConfiguration() {
        RegistryHost nowhere = new RegistryHost("nowhere.example");
        RegistryHost quay = new RegistryHost("quay.io");

        assertThatThrownBy(() -> new UpstreamTable(upstreams, Map.of(), nowhere))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nowhere.example");
        assertThatThrownBy(() -> new UpstreamTable(upstreams, Map.of("h", nowhere), quay))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
