package dev.tarn.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.http.Response.Body;
import dev.tarn.pull.Outcome;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlobAnswerTest extends RegistryHandlerFixture {

    @Test
    void aBlobIsSentWholeColdAndWarm() throws Exception {
        for (int i = 0; i < 2; i++) {
            Response response = answer("GET", "/v2/alpine/blobs/" + blob);

            assertThat(response.status()).isEqualTo(200);
            assertThat(response.headers())
                    .containsEntry("Content-Type", "application/octet-stream")
                    .containsEntry("Content-Length", "1000")
                    .containsEntry("Docker-Content-Digest", blob.toString())
                    .containsEntry("ETag", '"' + blob.toString() + '"')
                    .containsEntry("Accept-Ranges", "bytes")
                    .doesNotContainKey("Content-Range");
            assertThat(body(response)).isEqualTo(bytes);
        }
        assertThat(hub.asked).containsExactly("GET library/alpine@" + blob);
        assertThat(answers.getLast().outcome()).isEqualTo(Outcome.HIT);
    }

    @Test
    void theHeadOfABlobFetchesNothing() throws Exception {
        Response response =
                answer("HEAD", "/v2/alpine/blobs/" + blob, Map.of("Range", "bytes=1-2"));

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.body()).isInstanceOf(Body.Empty.class);
        assertThat(response.headers())
                .containsEntry("Content-Length", "1000")
                .containsEntry("Docker-Content-Digest", blob.toString())
                .containsEntry("Accept-Ranges", "bytes");
        assertThat(hub.asked).containsExactly("HEAD library/alpine@" + blob);
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-, 0, 1000",
        "bytes=0-0, 0, 1",
        "bytes=0-999, 0, 1000",
        "bytes=0-1000, 0, 1000",
        "bytes=500-1499, 500, 1000",
        "bytes=500-, 500, 1000",
        "bytes=999-, 999, 1000",
        "bytes=-1, 999, 1000",
        "bytes=-500, 500, 1000",
        "bytes=-5000, 0, 1000",
        "BYTES=1-2, 1, 3",
        "'bytes= 1-2', 1, 3",
        "bytes=1-99999999999999999999999999, 1, 1000"
    })
    void aRangeIsSent(String range, int start, int end) throws Exception {
        for (int i = 0; i < 2; i++) {
            Response response = answer("GET", "/v2/alpine/blobs/" + blob, Map.of("Range", range));

            assertThat(response.status()).isEqualTo(206);
            assertThat(response.headers())
                    .containsEntry("Content-Range", "bytes %d-%d/1000".formatted(start, end - 1))
                    .containsEntry("Content-Length", Integer.toString(end - start))
                    .containsEntry("Accept-Ranges", "bytes")
                    .containsEntry("Docker-Content-Digest", blob.toString());
            assertThat(body(response)).isEqualTo(Arrays.copyOfRange(bytes, start, end));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bytes=1000-",
                "bytes=1000-1001",
                "bytes=5000-10000",
                "bytes=500-0",
                "bytes=-0",
                "bytes=99999999999999999999999999-"
            })
    void aRangeOutsideTheBlobIsRefused(String range) throws Exception {
        for (int i = 0; i < 2; i++) {
            Response response = answer("GET", "/v2/alpine/blobs/" + blob, Map.of("Range", range));

            assertThat(response.status()).isEqualTo(416);
            assertThat(response.headers()).containsEntry("Content-Range", "bytes */1000");
            assertThat(code(response)).isEqualTo("RANGE_INVALID");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bytes=0-1,5-6",
                "bytes=0-0,0-0,0-0",
                "items=0-1",
                "bytes=a-b",
                "bytes=-",
                "bytes=1",
                "bytes",
                "bytes=--1",
                "bytes=1-2-3",
                "bytes=+1-2"
            })
    void aRangeThatMeansNothingIsIgnored(String range) throws Exception {
        Response response = answer("GET", "/v2/alpine/blobs/" + blob, Map.of("Range", range));

        assertThat(response.status()).isEqualTo(200);
        assertThat(body(response)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({
        "206, '\"%s\"'",
        "200, 'W/\"%s\"'",
        "200, '\"x\"'",
        "200, '%s'",
        "200, 'Wed, 21 Oct 2015 07:28:00 GMT'",
        "200, '*'"
    })
    void aRangeHoldsOnlyForTheSameBytes(int status, String condition) throws Exception {
        Response response =
                answer(
                        "GET",
                        "/v2/alpine/blobs/" + blob,
                        Map.of("Range", "bytes=1-2", "If-Range", condition.formatted(blob)));

        body(response);
        assertThat(response.status()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({"200, ''", "200, bytes=0-", "416, bytes=0-0", "416, bytes=-1", "416, bytes=1-"})
    void anEmptyBlobHasNoRanges(int status, String range) throws Exception {
        Response response = answer("GET", "/v2/alpine/blobs/" + NOTHING, Map.of("Range", range));

        assertThat(response.status()).isEqualTo(status);
        assertThat(response.headers())
                .containsEntry(
                        status == 200 ? "Content-Length" : "Content-Range",
                        status == 200 ? "0" : "bytes */0");
        body(response);
    }

    @Test
    void anEmptyAnswerIsNotTakenForAnotherBlob() throws Exception {
        hub.blobs.put(blob, new byte[0]);

        Response response = answer("GET", "/v2/alpine/blobs/" + blob);

        assertThat(response.status()).isEqualTo(502);
    }

    @Test
    void wrongBytesAreNotAWholeAnswer() throws Exception {
        hub.blobs.put(blob, new byte[] {1});

        Response response = answer("GET", "/v2/alpine/blobs/" + blob);

        assertThat(response.status()).isEqualTo(502);
        assertThat(code(response)).isEqualTo("UNAVAILABLE");
    }
}
