package dev.tarn.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;

class ManifestParserFuzzTest {

    private static final MediaType GENERIC = new MediaType("application/json");

    @FuzzTest(maxDuration = "30s")
    void isReadAsWhatItArrivedAsOrNotAtAll(byte[] body) {
        for (MediaType type : List.of(MediaType.OCI_MANIFEST, MediaType.OCI_INDEX)) {
            ManifestParser.typeOf(type, body).ifPresent(kept -> assertThat(kept).isEqualTo(type));
            switch (ManifestParser.parse(
                    RawManifest.of(type, Digest.Algorithm.SHA256, body.clone()))) {
                case Manifest.Image(Descriptor _, List<Descriptor> layers) -> {
                    assertThat(type).isEqualTo(MediaType.OCI_MANIFEST);
                    assertThat(layers).hasSizeLessThanOrEqualTo(1_000);
                }
                case Manifest.Index(List<Descriptor> manifests) -> {
                    assertThat(type).isEqualTo(MediaType.OCI_INDEX);
                    assertThat(manifests).hasSizeLessThanOrEqualTo(1_000);
                }
                case Manifest.Opaque _ -> {}
            }
        }
        boolean isManifest = ManifestParser.typeOf(MediaType.OCI_MANIFEST, body).isPresent();
        if (isManifest) {
            assertThat(ManifestParser.typeOf(GENERIC, body))
                    .as("a generic type is never stricter")
                    .isPresent();
        }
    }
}
