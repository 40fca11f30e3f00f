package dev.tarn.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MediaTypeTest {

    @ParameterizedTest
    @CsvSource({
        "application/json, application/json",
        "application/json;charset=utf-8, application/json",
        "'application/json ; charset=utf-8; q=1', application/json",
        "' application/json ', application/json",
        "Application/JSON, application/json",
        "application/vnd.cncf.helm.config.v1+json, application/vnd.cncf.helm.config.v1+json",
        "a/b, a/b",
        "x!#$&-^_.+/1, x!#$&-^_.+/1",
        "*/*, */*",
    })
    void isTypeAndSubtypeInLowerCaseWithoutParameters(String text, String type) {
        assertThat(new MediaType(text)).hasToString(type).isEqualTo(new MediaType(type));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "json",
                "application/",
                "/json",
                "application//json",
                "a/b/c",
                "application json",
                "application/js on",
                "application/json, text/html",
                ";application/json",
                "application/jsön",
                "application/json\r\nX-Injected: 1",
                "application/\"json\"",
                "\u0000",
            })
    void refusesWhatIsNone(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> new MediaType(text));
    }

    /// U+212A, the Kelvin sign, is no ASCII letter; its lower case is.
    @Test
    void aLetterThatOnlyLooksLikeKIsNotTakenForOne() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new MediaType("application/vnd.doc\u212Aer.distribution.manifest.v2+json"));
    }

    @Test
    void has255CharactersAtMost() {
        assertThat(new MediaType("a/" + "b".repeat(253)).text()).hasSize(255);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MediaType("a/" + "b".repeat(254)));
    }

    @ParameterizedTest
    @CsvSource({
        "application/vnd.docker.distribution.manifest.v2+json, true, false",
        "application/vnd.oci.image.manifest.v1+json, true, false",
        "application/vnd.docker.distribution.manifest.list.v2+json, false, true",
        "application/vnd.oci.image.index.v1+json, false, true",
        "application/vnd.oci.artifact.manifest.v1+json, false, false",
        "application/vnd.docker.distribution.manifest.v1+prettyjws, false, false",
        "application/json, false, false",
    })
    void tellsImagesFromIndexes(String text, boolean isImage, boolean isIndex) {
        MediaType type = new MediaType(text);

        assertThat(type.isImage()).isEqualTo(isImage);
        assertThat(type.isIndex()).isEqualTo(isIndex);
    }

    @ParameterizedTest
    @CsvSource({
        "application/json, true",
        "application/json; charset=utf-8, true",
        "application/octet-stream, true",
        "text/plain, true",
        "text/html, false",
        "application/vnd.oci.image.manifest.v1+json, false",
    })
    void aGenericTypeSaysOnlyHowTheBytesAreWritten(String text, boolean isGeneric) {
        assertThat(new MediaType(text).isGeneric()).isEqualTo(isGeneric);
    }
}
