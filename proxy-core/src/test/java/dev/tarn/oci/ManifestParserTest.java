package dev.tarn.oci;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestParserTest {

    private static final Digest DIGEST = Digest.of(Digest.Algorithm.SHA256, new byte[0]);
    private static final MediaType JSON = new MediaType("application/json");
    private static final MediaType LAYER =
            new MediaType("application/vnd.oci.image.layer.v1.tar+gzip");
    private static final String CHILD = child("\"size\":7");
    private static final String IMAGE = "{'schemaVersion':2,'config':%s,'layers':[%s]}";
    private static final String INDEX = "{'schemaVersion':2,'manifests':[%s]}";

    static Stream<MediaType> images() {
        return Stream.of(MediaType.DOCKER_MANIFEST, MediaType.OCI_MANIFEST);
    }

    static Stream<MediaType> indexes() {
        return Stream.of(MediaType.DOCKER_MANIFEST_LIST, MediaType.OCI_INDEX);
    }

    @ParameterizedTest
    @MethodSource("images")
    void anImageHasAConfigurationAndLayers(MediaType type) {
        String text = image(child("\"size\":1"), child("\"size\":2"), child("\"size\":3"));

        assertThat(parse(type, text))
                .isEqualTo(
                        new Manifest.Image(descriptor(1), List.of(descriptor(2), descriptor(3))));
        assertThat(typeOf(type, text)).contains(type);
    }

    @ParameterizedTest
    @MethodSource("images")
    void anImageMayHaveNoLayers(MediaType type) {
        assertThat(parse(type, image(CHILD)))
                .isEqualTo(new Manifest.Image(descriptor(7), List.of()));
    }

    @ParameterizedTest
    @MethodSource("indexes")
    void anIndexListsManifests(MediaType type) {
        assertThat(parse(type, index(CHILD, child("\"size\":0"))))
                .isEqualTo(new Manifest.Index(List.of(descriptor(7), descriptor(0))));
        assertThat(parse(type, index())).isEqualTo(new Manifest.Index(List.of()));
        assertThat(typeOf(type, index())).contains(type);
    }

    @Test
    void whatWeDoNotKnowInAKnownManifestIsPassedOver() {
        String text =
                """
                {"schemaVersion":2,"mediaType":"%s","artifactType":"a/b","subject":%s,"config":%s,
                "layers":[],"annotations":{"a":"b"},"new":[{"x":[1.5,null,true,"é"]}]}
                """
                        .formatted(MediaType.OCI_MANIFEST, CHILD, CHILD);

        assertThat(parse(MediaType.OCI_MANIFEST, text)).isInstanceOf(Manifest.Image.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/vnd.oci.artifact.manifest.v1+json",
                "application/vnd.docker.distribution.manifest.v1+prettyjws",
                "application/vnd.example+json",
                "application/json",
            })
    void anUnknownTypeIsOpaqueAndKept(String text) {
        MediaType type = new MediaType(text);

        assertThat(parse(type, image(CHILD, CHILD))).isInstanceOf(Manifest.Opaque.class);
        assertThat(parse(type, index(CHILD))).isInstanceOf(Manifest.Opaque.class);
        assertThat(typeOf(type, image(CHILD, CHILD))).contains(type);
        assertThat(typeOf(type, "{\"mediaType\":\"%s\",\"blobs\":[]}".formatted(type)))
                .contains(type);
    }

    /// CVE-2021-41190: one document that is an image to one reader and an index to another.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'schemaVersion':2,'config':%1$s,'layers':[%1$s],'manifests':[%1$s]}",
                "{'schemaVersion':2,'layers':[%1$s],'manifests':[%1$s]}",
                "{'schemaVersion':2,'config':%1$s,'manifests':[%1$s]}",
                "{'schemaVersion':2,'config':null,'layers':null,'manifests':[%1$s]}",
                "{'schemaVersion':2,'config':%1$s,'layers':[%1$s],'manifests':null}",
                "{'schemaVersion':2}",
            })
    void aDocumentThatIsBothOrNeitherIsOpaque(String text) {
        String document = quoted(text).formatted(CHILD);

        for (MediaType type : Stream.concat(images(), indexes()).toList()) {
            assertThat(parse(type, document)).as("%s", type).isInstanceOf(Manifest.Opaque.class);
        }
    }

    @Test
    void anImageThatArrivedAsAnIndexIsOpaqueAndTheOtherWayRound() {
        assertThat(parse(MediaType.OCI_INDEX, image(CHILD))).isInstanceOf(Manifest.Opaque.class);
        assertThat(parse(MediaType.OCI_MANIFEST, index(CHILD))).isInstanceOf(Manifest.Opaque.class);
    }

    @Test
    void aDocumentThatSaysItIsOfAnotherTypeIsOpaque() {
        String text = image(CHILD).replaceFirst("\\{", "{\"mediaType\":\"%s\",");

        assertThat(parse(MediaType.OCI_MANIFEST, text.formatted(MediaType.OCI_MANIFEST)))
                .isInstanceOf(Manifest.Image.class);
        for (String other : List.of("" + MediaType.OCI_INDEX, "" + MediaType.DOCKER_MANIFEST)) {
            assertThat(parse(MediaType.OCI_MANIFEST, text.formatted(other)))
                    .isInstanceOf(Manifest.Opaque.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // as the header says,                       as the body says,               what is kept
        "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.manifest.v1+json,"
                + " application/vnd.oci.image.manifest.v1+json",
        "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json,",
        "application/vnd.oci.image.manifest.v1+json,"
                + " application/vnd.docker.distribution.manifest.v2+json,",
        "application/vnd.oci.image.manifest.v1+json, application/json,",
        "application/json, application/vnd.oci.image.index.v1+json,"
                + " application/vnd.oci.image.index.v1+json",
        "application/octet-stream, application/vnd.example+json, application/vnd.example+json",
        "text/plain, application/vnd.oci.image.index.v1+json,"
                + " application/vnd.oci.image.index.v1+json",
        "text/html, application/vnd.oci.image.index.v1+json,",
        "application/vnd.example+json, application/vnd.oci.image.index.v1+json,",
    })
    void aGenericTypeGivesWayAndAnotherIsNoManifest(
            String header, String own, @Nullable String kept) {
        String text = "{\"schemaVersion\":2,\"mediaType\":\"" + own + "\"}";

        assertThat(typeOf(new MediaType(header), text))
                .isEqualTo(Optional.ofNullable(kept).map(MediaType::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "''", "5", "['a/b']", "{'a':'b'}", "'nonsense'"})
    void aMediaTypeThatIsNoneSaysNothing(String own) {
        String text = quoted("{'schemaVersion':2,'mediaType':" + own + "}");

        assertThat(typeOf(MediaType.OCI_MANIFEST, text)).contains(MediaType.OCI_MANIFEST);
        assertThat(typeOf(JSON, text)).contains(JSON);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "\u0000",
                "{",
                "}",
                "{}",
                "[]",
                "null",
                "true",
                "2",
                "'schemaVersion'",
                "[{'schemaVersion':2}]",
                "{'schemaVersion'",
                "{'schemaVersion':2",
                "{'schemaVersion':2}}",
                "{'schemaVersion':2}{}",
                "{'schemaVersion':2} garbage",
                "{'schemaVersion':2,}",
                "{schemaVersion:2}",
                "{'schemaVersion':2}//",
                "{'schemaVersion':NaN}",
                "{'SchemaVersion':2}",
                "{'errors':[{'code':'MANIFEST_UNKNOWN','message':'manifest unknown'}]}",
                "{'token':'abc'}",
                "{'annotations':{'schemaVersion':2,'mediaType':'a/b'}}",
                "<!DOCTYPE html><html><body>Sign in to this network</body></html>",
                "404 page not found\n",
            })
    void whatIsNoManifestHasNoTypeAndIsOpaque(String text) {
        String document = quoted(text);

        for (MediaType type : List.of(MediaType.OCI_MANIFEST, MediaType.OCI_INDEX, JSON)) {
            assertThat(typeOf(type, document)).as("%s", type).isEmpty();
            assertThat(parse(type, document)).isInstanceOf(Manifest.Opaque.class);
        }
    }

    @Test
    void aDocumentCutOffAnywhereIsNoManifest() {
        byte[] whole = image(CHILD, CHILD).getBytes(UTF_8);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThat(ManifestParser.typeOf(MediaType.OCI_MANIFEST, cut)).isEmpty();
        }
        assertThat(ManifestParser.typeOf(MediaType.OCI_MANIFEST, whole)).isPresent();
    }

    /// RFC 8259 §4 leaves open which of two equal keys counts, so two readers may differ.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'schemaVersion':2,'mediaType':'a/b','mediaType':'c/d'}",
                "{'schemaVersion':2,'layers':[],'layers':[%1$s],'config':%1$s}",
                "{'schemaVersion':2,'layers':[],'config':%1$s,'\\u006cayers':[%1$s]}",
                "{'schemaVersion':2,'manifests':[%1$s],'manifests':[]}",
                "{'schemaVersion':2,'manifests':[{'size':1,'size':2}]}",
            })
    void aDocumentWithAKeyTwiceIsNoManifest(String text) {
        String document = quoted(text).formatted(CHILD);

        for (MediaType type : List.of(MediaType.OCI_MANIFEST, MediaType.OCI_INDEX, JSON)) {
            assertThat(typeOf(type, document)).as("%s", type).isEmpty();
            assertThat(parse(type, document)).isInstanceOf(Manifest.Opaque.class);
        }
    }

    /// RFC 8259 §8.1: JSON is UTF-8; clients read nothing else.
    @Test
    void aDocumentInAnotherEncodingIsNoManifest() {
        byte[] bytes = image(CHILD).getBytes(UTF_16LE);

        assertThat(ManifestParser.typeOf(MediaType.OCI_MANIFEST, bytes)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "7",
                "[]",
                "{}",
                "{'mediaType':'a/b','digest':'%s'}",
                "{'mediaType':'a/b','digest':'%s','size':null}",
                "{'mediaType':'a/b','digest':'%s','size':-1}",
                "{'mediaType':'a/b','digest':'%s','size':'7'}",
                "{'mediaType':'a/b','digest':'%s','size':1.5}",
                "{'mediaType':'a/b','digest':'%s','size':7.0}",
                "{'mediaType':'a/b','digest':'%s','size':1e3}",
                "{'mediaType':'a/b','digest':'%s','size':1e999999999}",
                "{'mediaType':'a/b','digest':'%s','size':true}",
                "{'mediaType':'a/b','digest':'%s','size':9223372036854775808}",
                "{'mediaType':'a/b','size':7}",
                "{'mediaType':'a/b','digest':null,'size':7}",
                "{'mediaType':'a/b','digest':7,'size':7}",
                "{'mediaType':'a/b','digest':'','size':7}",
                "{'mediaType':'a/b','digest':'sha256:bad','size':7}",
                "{'mediaType':'a/b','digest':'md5:d41d8cd98f00b204e9800998ecf8427e','size':7}",
                "{'digest':'%s','size':7}",
                "{'mediaType':'nonsense','digest':'%s','size':7}",
                "{'mediaType':5,'digest':'%s','size':7}",
            })
    void aManifestWithAChildThatIsNoDescriptorIsOpaqueButKept(String text) {
        String child = quoted(text).formatted(DIGEST);

        assertThat(parse(MediaType.OCI_MANIFEST, image(child))).isInstanceOf(Manifest.Opaque.class);
        assertThat(parse(MediaType.OCI_MANIFEST, image(CHILD, CHILD, child)))
                .isInstanceOf(Manifest.Opaque.class);
        assertThat(parse(MediaType.OCI_INDEX, index(CHILD, child)))
                .isInstanceOf(Manifest.Opaque.class);
        assertThat(typeOf(MediaType.OCI_INDEX, index(child))).contains(MediaType.OCI_INDEX);
    }

    @Test
    void aChildIsAsLargeAsALongHolds() {
        assertThat(parse(MediaType.OCI_INDEX, index(child("\"size\":9223372036854775807"))))
                .isEqualTo(new Manifest.Index(List.of(descriptor(Long.MAX_VALUE))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "{}", "'a'", "5"})
    void childrenThatAreNoListAreOpaque(String children) {
        String index = quoted("{'schemaVersion':2,'manifests':" + children + "}");
        String image = quoted("{'schemaVersion':2,'config':%s,'layers':" + children + "}");

        assertThat(parse(MediaType.OCI_INDEX, index)).isInstanceOf(Manifest.Opaque.class);
        assertThat(parse(MediaType.OCI_MANIFEST, image.formatted(CHILD)))
                .isInstanceOf(Manifest.Opaque.class);
    }

    @Test
    void aThousandChildrenAreReadAndOneMoreAreNot() {
        String[] children = Collections.nCopies(1_000, CHILD).toArray(String[]::new);
        String[] oneMore = Collections.nCopies(1_001, CHILD).toArray(String[]::new);

        assertThat(parse(MediaType.OCI_INDEX, index(children)))
                .isEqualTo(new Manifest.Index(Collections.nCopies(1_000, descriptor(7))));
        assertThat(parse(MediaType.OCI_INDEX, index(oneMore))).isInstanceOf(Manifest.Opaque.class);
        assertThat(typeOf(MediaType.OCI_INDEX, index(oneMore))).contains(MediaType.OCI_INDEX);
    }

    @Test
    void aDocumentIs64LevelsDeepAtMost() {
        assertThat(typeOf(MediaType.OCI_MANIFEST, nested(64))).contains(MediaType.OCI_MANIFEST);
        assertThat(parse(MediaType.OCI_MANIFEST, nested(64))).isInstanceOf(Manifest.Image.class);
        for (int depth : List.of(65, 1_000_000)) {
            assertThat(typeOf(MediaType.OCI_MANIFEST, nested(depth))).isEmpty();
            assertThat(parse(MediaType.OCI_MANIFEST, nested(depth)))
                    .isInstanceOf(Manifest.Opaque.class);
        }
    }

    @Test
    void aManifestOfNearlyFourMegabytesPasses() {
        List<String> annotations = new ArrayList<>();
        for (int i = 0; i < 390; i++) {
            annotations.add("\"dev.example.%d\":\"%s\"".formatted(i, "x".repeat(10_000)));
        }
        String text =
                "{\"annotations\":{"
                        + String.join(",", annotations)
                        + "},"
                        + image(CHILD).substring(1);

        assertThat(text.length()).isBetween(3_900_000, RawManifest.SIZE_MAX);
        assertThat(typeOf(MediaType.OCI_MANIFEST, text)).contains(MediaType.OCI_MANIFEST);
        assertThat(parse(MediaType.OCI_MANIFEST, text)).isInstanceOf(Manifest.Image.class);
    }

    @Test
    void aDocumentLargerThanAnyManifestIsNone() {
        String text = image(CHILD);
        String largest = text + " ".repeat(RawManifest.SIZE_MAX - text.length());

        assertThat(typeOf(MediaType.OCI_MANIFEST, largest)).contains(MediaType.OCI_MANIFEST);
        assertThat(typeOf(MediaType.OCI_MANIFEST, largest + " ")).isEmpty();
    }

    /// Each `{}` of three bytes costs some hundred in memory.
    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "0"})
    void aDocumentOfAMillionTinyValuesIsNoManifest(String value) {
        String text = "{\"schemaVersion\":2,\"x\":[" + (value + ",").repeat(1_000_000) + "0]}";

        assertThat(text.length()).isLessThan(RawManifest.SIZE_MAX);
        assertThat(typeOf(MediaType.OCI_MANIFEST, text)).isEmpty();
    }

    private static String nested(int depth) {
        return "{\"x\":"
                + "[".repeat(depth - 1)
                + "]".repeat(depth - 1)
                + ","
                + image(CHILD).substring(1);
    }

    private static Manifest parse(MediaType type, String text) {
        return ManifestParser.parse(
                RawManifest.of(type, Digest.Algorithm.SHA256, text.getBytes(UTF_8)));
    }

    private static Optional<MediaType> typeOf(MediaType contentType, String text) {
        return ManifestParser.typeOf(contentType, text.getBytes(UTF_8));
    }

    private static Descriptor descriptor(long size) {
        return new Descriptor(LAYER, DIGEST, size);
    }

    private static String child(String size) {
        return "{\"mediaType\":\"%s\",\"digest\":\"%s\",%s}".formatted(LAYER, DIGEST, size);
    }

    private static String image(String config, String... layers) {
        return quoted(IMAGE).formatted(config, String.join(",", layers));
    }

    private static String index(String... manifests) {
        return quoted(INDEX).formatted(String.join(",", manifests));
    }

    /// JSON is easier to read in Java with single quotes.
    private static String quoted(String text) {
        return text.replace('\'', '"');
    }
}
