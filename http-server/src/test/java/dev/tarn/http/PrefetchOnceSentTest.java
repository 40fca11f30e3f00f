package dev.tarn.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tarn.oci.Digest;
import dev.tarn.oci.MediaType;
import dev.tarn.oci.RawManifest;
import dev.tarn.pull.PullListener.End;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The blobs of an image that missed are fetched ahead, but not before its manifest has left: they
/// would be in the way of it.
class PrefetchOnceSentTest extends RegistryHandlerFixture {

    private static final Duration A_WHILE = Duration.ofMillis(200);

    @BeforeEach
    void addImage() {
        String descriptor =
                "{\"mediaType\":\"application/x-any\",\"digest\":\"%s\",\"size\":%d}"
                        .formatted(blob, bytes.length);
        String image =
                "{\"schemaVersion\":2,\"config\":%s,\"layers\":[%s]}"
                        .formatted(descriptor, descriptor);
        hub.addManifest(
                ALPINE,
                "image",
                RawManifest.of(
                        MediaType.OCI_MANIFEST,
                        Digest.Algorithm.SHA256,
                        image.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void theManifestLeavesFirst() throws Exception {
        Response response = answer("GET", "/v2/alpine/manifests/image");
        await().during(A_WHILE).until(() -> stored.find(blob).isEmpty());

        assertThat(body(response)).isNotEmpty();
        await().until(() -> isStored(blob));
    }

    @Test
    void whoLeftWithoutItWillNotComeForTheBlobs() throws Exception {
        try (Response response = answer("GET", "/v2/alpine/manifests/image")) {
            deliver(response, 10, End.LEFT);
        }
        await().during(A_WHILE).until(() -> stored.find(blob).isEmpty());
        assertThat(answers).hasSize(1);
    }

    private boolean isStored(Digest digest) {
        return stored.find(digest)
                .map(content -> {
                    content.close();
                    return true;
                })
                .orElse(false);
    }
}
