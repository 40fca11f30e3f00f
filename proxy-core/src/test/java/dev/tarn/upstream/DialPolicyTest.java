package dev.tarn.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DialPolicyTest {

    private static boolean trusts(String upstream, List<String> allowed, String realm) {
        return new DialPolicy(Url.parse(upstream).origin(), allowed)
                .trustsRealm(Url.parse(realm).origin());
    }

    @ParameterizedTest
    @CsvSource({
        "https://registry-1.docker.io, https://auth.docker.io, true",
        "https://ghcr.io, https://ghcr.io, true",
        "https://quay.io, https://quay.io, true",
        "https://gcr.io, https://gcr.io, true",
        "https://public.ecr.aws, https://public.ecr.aws, true",
        "https://registry.gitlab.com, https://gitlab.com, true",
        "https://registry-1.docker.io, http://auth.docker.io, false",
        "https://registry-1.docker.io, https://auth.docker.io:8443, false",
        "https://registry-1.docker.io, https://docker.io.evil.example, false",
        "https://registry-1.docker.io, https://evil-docker.io, false",
        "https://ghcr.io, https://ghcr.io:8443, false",
        "https://ghcr.io, http://ghcr.io, false",
        "https://a.github.io, https://b.github.io, false",
        "https://a.co.uk, https://b.co.uk, false",
        "https://registry, https://registry, true",
        "https://registry, https://auth, false",
        "https://192.0.2.1, https://192.0.2.2, false",
        "http://registry:5000, http://registry:5000, true",
        "http://registry:5000, http://registry:5001, false",
        "http://registry:5000, https://registry:5000, false",
        "http://r.corp.example, http://auth.corp.example, false"
    })
    void aTokenServiceBelongsToTheUpstream(String upstream, String realm, boolean isTrusted) {
        assertThat(trusts(upstream, List.of(), realm)).isEqualTo(isTrusted);
    }

    @ParameterizedTest
    @CsvSource({
        "https://ghcr.io, auth.example, https://auth.example, true",
        "https://ghcr.io, AUTH.example:443, https://auth.example, true",
        "https://ghcr.io, auth.example, https://auth.example:8443, false",
        "https://ghcr.io, auth.example:8443, https://auth.example:8443, true",
        "https://ghcr.io, auth.example:8443, https://auth.example, false",
        "https://ghcr.io, auth.example:80, http://auth.example, false",
        "http://registry:5000, auth:5001, http://auth:5001, true",
        "http://registry:5000, [::1]:5001, http://[::1]:5001, true",
        "https://ghcr.io, example, https://auth.example, false"
    })
    void orIsListed(String upstream, String listed, String realm, boolean isTrusted) {
        assertThat(trusts(upstream, List.of(listed), realm)).isEqualTo(isTrusted);
    }

    @Test
    void anUpstreamHasNoPath() {
        assertThatThrownBy(() -> DialPolicy.of(URI.create("https://a.example/v2"), List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
