package dev.tarn.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.Malformed;
import dev.tarn.oci.RegistryException.Unknown;

class RouteFuzzTest {

    /// What a stranger writes is a route or his own mistake, never ours.
    @FuzzTest(maxDuration = "30s")
    void isARouteOrTheClientsMistake(byte[] input) {
        String target = new String(input, ISO_8859_1);
        int mark = target.indexOf('?');
        String path = "/v2/" + (mark < 0 ? target : target.substring(0, mark));
        try {
            Query query = Query.parse(mark < 0 ? "" : target.substring(mark + 1));
            switch (Route.of("GET", path, query)) {
                case Route.Blob(var name, var digest) ->
                        assertThat(path).isEqualTo("/v2/" + name + "/blobs/" + digest);
                case Route.Manifest(var name, var reference) ->
                        assertThat(path).isEqualTo("/v2/" + name + "/manifests/" + reference);
                default -> assertThat(path).startsWith("/v2/");
            }
        } catch (RegistryException e) {
            assertThat(e).isInstanceOfAny(Malformed.class, Unknown.class);
        }
    }
}
