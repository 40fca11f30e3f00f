package dev.tarn.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.oci.RegistryException.UpstreamFailed;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxySettingsTest {

    private static boolean isProxied(Map<String, String> environment, String url) {
        return ProxySettings.of(environment).proxyTo(Url.parse(url).origin()).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "proxy.example:3128, proxy.example, 3128, false",
        "http://proxy.example:3128, proxy.example, 3128, false",
        "http://proxy.example:3128/, proxy.example, 3128, false",
        "proxy.example, proxy.example, 1080, false",
        "http://u:p@proxy.example:80, proxy.example, 80, true",
        "http://u:p%40x@[::1]:80, ::1, 80, true"
    })
    void readsTheProxy(String text, String host, int port, boolean hasCredentials) {
        ProxySettings.Proxy proxy =
                ProxySettings.of(Map.of("HTTPS_PROXY", text))
                        .proxyTo(Url.parse("https://quay.io").origin())
                        .orElseThrow();

        assertThat(proxy.host().text()).isEqualTo(host);
        assertThat(proxy.port()).isEqualTo(port);
        assertThat(proxy.credentials().isPresent()).isEqualTo(hasCredentials);
    }

    @Test
    void decodesThePasswordAndNeverShowsIt() {
        ProxySettings settings =
                ProxySettings.of(Map.of("https_proxy", "http://u:p%40+x@proxy.example:80"));
        Credentials credentials =
                settings.proxyTo(Url.parse("https://quay.io").origin())
                        .flatMap(ProxySettings.Proxy::credentials)
                        .orElseThrow();

        assertThat(credentials.password().reveal()).isEqualTo("p@+x");
        assertThat(settings).hasToString("proxy.example:80");
        assertThatThrownBy(() -> ProxySettings.of(Map.of("https_proxy", "http://u:pass@bad host")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("pass@");
        assertThatThrownBy(() -> ProxySettings.of(Map.of("https_proxy", "http://u:pa%ss@x:1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("https_proxy: user and password are not percent-encoded")
                .rootCause()
                .hasMessageNotContaining("\"s");
        assertThatThrownBy(() -> ProxySettings.of(Map.of("https_proxy", "socks5://x:1")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void lowerCaseComesFirstAndPlainHttpGoesDirect() {
        assertThat(ProxySettings.of(Map.of("https_proxy", "a:1", "HTTPS_PROXY", "b:2")))
                .hasToString("a:1");
        assertThat(isProxied(Map.of("https_proxy", "a:1"), "http://quay.io")).isFalse();
        assertThat(isProxied(Map.of(), "https://quay.io")).isFalse();
        assertThat(isProxied(Map.of("https_proxy", ""), "https://quay.io")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "*, https://quay.io, true",
        "quay.io, https://quay.io, true",
        "QUAY.io, https://quay.io, true",
        "quay.io, https://cdn.quay.io, true",
        ".quay.io, https://quay.io, true",
        ".quay.io, https://cdn.quay.io, true",
        "quay.io, https://notquay.io, false",
        "quay.io., https://quay.io, true",
        "quay.io:443, https://quay.io, true",
        "quay.io:8443, https://quay.io, false",
        "'a.example, quay.io', https://quay.io, true",
        "a.example quay.io, https://quay.io, true",
        "10.0.0.0/8, https://10.1.2.3, true",
        "10.0.0.0/8, https://11.1.2.3, false",
        "10.0.0.0/33, https://10.1.2.3, false",
        "10.1.2.3, https://10.1.2.3, true",
        "2.3, https://10.1.2.3, false",
        "fd00::/8, https://[fd12::1], true",
        "[::1], https://[::1], true",
        "[::1]:5000, https://[::1]:5000, true",
        "[::1]:5000, https://[::1]:5001, false",
        "::1, https://[::1]:5001, true",
        "'', https://quay.io, false"
    })
    void knowsTheExceptions(String exceptions, String url, boolean isDirect) {
        Map<String, String> environment = Map.of("https_proxy", "p:1", "NO_PROXY", exceptions);

        assertThat(isProxied(environment, url)).isEqualTo(!isDirect);
    }

    @Test
    void connectsThroughTheProxyWithoutResolvingTheName() {
        try (FakeRegistry proxy = FakeRegistry.start();
                Strangers strangers = new Strangers()) {
            proxy.inject(Fault.raw("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"));
            strangers.proxies(
                    Map.of("https_proxy", "http://bob:builder@127.0.0.1:" + proxy.port()));
            HttpUpstream upstream = strangers.upstream("https://only-the-proxy-knows.example");

            assertThatExceptionOfType(UpstreamFailed.class)
                    .isThrownBy(() -> Strangers.pull(upstream, "latest"))
                    .satisfies(e ->
                            assertThat(e.getMessage())
                                    .contains("only-the-proxy-knows.example")
                                    .doesNotContain("builder"));
            assertThat(proxy.requests().getFirst().method()).isEqualTo("CONNECT");
            assertThat(proxy.requests().getFirst().target())
                    .isEqualTo("only-the-proxy-knows.example:443");
            assertThat(proxy.requests().getFirst().header("Proxy-Authorization"))
                    .contains("Basic Ym9iOmJ1aWxkZXI=");
        }
    }
}
