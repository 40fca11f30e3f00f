package dev.tarn.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.oci.Digest;
import dev.tarn.oci.ErrorCode;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.Unsupported;
import dev.tarn.oci.RepositoryName;
import dev.tarn.oci.Tag;
import dev.tarn.pull.PageQuery;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouteTest {

    private static final String HEX = "ab".repeat(32);
    private static final Digest DIGEST = Digest.parse("sha256:" + HEX);

    @ParameterizedTest
    @ValueSource(strings = {"/v2", "/v2/"})
    void theBaseIsFound(String path) {
        assertThat(get(path)).isEqualTo(new Route.Base());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "library/alpine",
                "a/b/c/d/e/f",
                "manifests",
                "blobs",
                "tags/list",
                "a/blobs/b",
                "a/manifests/b",
                "a/tags/list",
                "a/referrers/b",
                "blobs/manifests/tags",
                "ghcr.io/org/app",
                "a__b/c-----d/e.f"
            })
    void aNameMayHoldAnyWord(String name) {
        RepositoryName expected = new RepositoryName(name);
        assertThat(get("/v2/" + name + "/manifests/latest"))
                .isEqualTo(new Route.Manifest(expected, new Tag("latest")));
        assertThat(get("/v2/" + name + "/blobs/" + DIGEST))
                .isEqualTo(new Route.Blob(expected, DIGEST));
        assertThat(get("/v2/" + name + "/tags/list")).isInstanceOf(Route.Tags.class);
        assertThat(get("/v2/" + name + "/referrers/" + DIGEST)).isInstanceOf(Route.Referrers.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "tags", "blobs", "manifests", "_", "A.b-c_d", "0"})
    void aTagMayBeAnyWord(String tag) {
        assertThat(get("/v2/a/manifests/" + tag))
                .isEqualTo(new Route.Manifest(new RepositoryName("a"), new Tag(tag)));
    }

    @Test
    void aManifestIsAskedForByDigestToo() {
        assertThat(get("/v2/a/manifests/" + DIGEST))
                .isEqualTo(new Route.Manifest(new RepositoryName("a"), DIGEST));
        Digest longer = Digest.parse("sha512:" + "cd".repeat(64));
        assertThat(get("/v2/a/blobs/" + longer))
                .isEqualTo(new Route.Blob(new RepositoryName("a"), longer));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v2/A/manifests/latest",
                "/v2//manifests/latest",
                "/v2/manifests/latest",
                "/v2/blobs/sha256:" + "0",
                "/v2/tags/list",
                "/v2/a//manifests/latest",
                "/v2//a/manifests/latest",
                "/v2/a//b/manifests/latest",
                "/v2/a/../b/manifests/latest",
                "/v2/../a/manifests/latest",
                "/v2/./a/manifests/latest",
                "/v2/a%2fb/manifests/latest",
                "/v2/a%2Fb/manifests/latest",
                "/v2/%2e%2e/manifests/latest",
                "/v2/a%252fb/manifests/latest",
                "/v2/%61/manifests/latest",
                "/v2/a%00/manifests/latest",
                "/v2/a\\b/manifests/latest",
                "/v2/a\\..\\b/manifests/latest",
                "/v2/a;x/manifests/latest",
                "/v2/a;/manifests/latest",
                "/v2/a b/manifests/latest",
                "/v2/a:b/manifests/latest",
                "/v2/localhost:5000/a/manifests/latest",
                "/v2/a@b/manifests/latest",
                "/v2/-a/manifests/latest",
                "/v2/a-/manifests/latest",
                "/v2/a..b/manifests/latest",
                "/v2/a___b/manifests/latest",
                "/v2/a._b/manifests/latest",
                "/v2/.a/manifests/latest",
                "/v2/é/manifests/latest",
                "/v2/a\u2024b/manifests/latest",
                "/v2/a#b/manifests/latest",
                "/v2/a*/manifests/latest",
                "/v2/~a/manifests/latest"
            })
    void aNameOutsideTheGrammarIsRefused(String path) {
        assertThat(malformed(path)).isEqualTo(ErrorCode.NAME_INVALID);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", ".", "..", "-a", ".a", "a%20", "%2e%2e", "a;b", "a\\b", "a b", "a\u0000", "a,b",
                "é", "a@b", "a*"
            })
    void aTagOutsideTheGrammarIsRefused(String tag) {
        assertThat(malformed("/v2/a/manifests/" + tag)).isEqualTo(ErrorCode.TAG_INVALID);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "latest",
                "sha256:",
                "sha256:ab",
                "sha256:" + "g",
                "SHA256:abababababababababababababababababababababababababababababababab",
                "sha256:ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB",
                "sha256:abababababababababababababababababababababababababababababababab0",
                "sha512:abababababababababababababababababababababababababababababababab",
                "md5:abababababababababababababababab",
                "sha256%3aabababababababababababababababababababababababababababababababab",
                "sha256:..",
                "sha256:ab\\",
                "uploads"
            })
    void whatIsNoDigestIsRefused(String digest) {
        assertThat(malformed("/v2/a/blobs/" + digest)).isEqualTo(ErrorCode.DIGEST_INVALID);
        assertThat(malformed("/v2/a/referrers/" + digest)).isEqualTo(ErrorCode.DIGEST_INVALID);
    }

    @Test
    void aDigestThatIsAlmostOneIsNotReadAsATag() {
        assertThat(malformed("/v2/a/manifests/sha256:ab")).isEqualTo(ErrorCode.DIGEST_INVALID);
        assertThat(malformed("/v2/a/manifests/x:y")).isEqualTo(ErrorCode.DIGEST_INVALID);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/v1/",
                "/v2x",
                "/v22/a/manifests/b",
                "/V2/",
                "//v2/",
                "/v2//",
                "/v2/_catalog",
                "/v2/a",
                "/v2/a/b",
                "/v2/a/manifests",
                "/v2/a/tags/lists",
                "/v2/a/tags/list/",
                "/v2/a/manifests/latest/",
                "/v2/a/blobs/uploads/",
                "/v2/a/blobs/uploads/1234",
                "/v2/a/Manifests/latest",
                "/v2/a/%6danifests/latest",
                "/v2/a/manifests//latest",
                "/%76%32/",
                "/../v2/",
                "*"
            })
    void whatIsNoEndpointIsUnknown(String path) {
        assertThatThrownBy(() -> get(path))
                .asInstanceOf(InstanceOfAssertFactories.type(RegistryException.Unknown.class))
                .extracting(RegistryException.Unknown::code)
                .isEqualTo(ErrorCode.UNSUPPORTED);
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /v2/",
        "POST, /v2/a/blobs/uploads/",
        "PUT, /v2/a/manifests/latest",
        "PATCH, /v2/a/blobs/uploads/1",
        "DELETE, /v2/a/manifests/latest",
        "OPTIONS, /v2/",
        "get, /v2/",
        "BREW, /v2/../x"
    })
    void whatIsNoReadIsUnsupported(String method, String path) {
        assertThatThrownBy(() -> Route.of(method, path, Query.NONE))
                .isInstanceOf(Unsupported.class);
    }

    @Test
    void namesAndTagsHaveLimits() {
        assertThat(get("/v2/" + "a".repeat(255) + "/manifests/b"))
                .isInstanceOf(Route.Manifest.class);
        assertThat(malformed("/v2/" + "a".repeat(256) + "/manifests/b"))
                .isEqualTo(ErrorCode.NAME_INVALID);
        assertThat(get("/v2/a/manifests/" + "b".repeat(128))).isInstanceOf(Route.Manifest.class);
        assertThat(malformed("/v2/a/manifests/" + "b".repeat(129)))
                .isEqualTo(ErrorCode.TAG_INVALID);
        assertThat(malformed("/v2" + "/a".repeat(4_000) + "/manifests/b"))
                .isEqualTo(ErrorCode.NAME_INVALID);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "999, 999",
        "1000, 1000",
        "1001, 1000",
        "0, 0",
        "007, 7",
        "99999999999999999999999999, 1000"
    })
    void aPageHoldsAtMostAThousandTags(String asked, String passed) {
        assertThat(tags("n=" + asked).parameters()).containsExactly(Map.entry("n", passed));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "+1", "1.0", "a", "0x10", " 1", "1e3", "%EF%BC%91"})
    void aPageSizeThatIsNoNumberIsRefused(String n) {
        assertThatThrownBy(() -> tags("n=" + n.replace(" ", "%20")))
                .asInstanceOf(InstanceOfAssertFactories.type(RegistryException.Malformed.class))
                .extracting(RegistryException.Malformed::code)
                .isEqualTo(ErrorCode.PAGINATION_NUMBER_INVALID);
    }

    @Test
    void everyParameterIsPassedOnButOurs() {
        assertThat(tags("last=b%2Fc&ns=quay.io&nextToken=xyz&n=5").parameters())
                .containsExactly(
                        Map.entry("last", "b/c"),
                        Map.entry("nextToken", "xyz"),
                        Map.entry("n", "5"));
    }

    @Test
    void referrersAreFilteredByType() {
        Route route =
                Route.of(
                        "GET",
                        "/v2/a/referrers/" + DIGEST,
                        Query.parse("artifactType=application/vnd.x+json&ns=quay.io"));
        assertThat(((Route.Referrers) route).page().parameters())
                .containsExactly(Map.entry("artifactType", "application/vnd.x+json"));
    }

    private static Route get(String path) {
        return Route.of("GET", path, Query.NONE);
    }

    private static PageQuery tags(String query) {
        return ((Route.Tags) Route.of("GET", "/v2/a/tags/list", Query.parse(query))).page();
    }

    private static ErrorCode malformed(String path) {
        try {
            throw new AssertionError("was taken: " + get(path));
        } catch (RegistryException.Malformed e) {
            return e.code();
        }
    }
}
