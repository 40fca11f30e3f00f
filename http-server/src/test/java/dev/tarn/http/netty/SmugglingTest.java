package dev.tarn.http.netty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.http.Handler;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests whose end two servers may see in different places, and others that no sound client
/// sends.
class SmugglingTest extends ServerFixture {

    private final AtomicInteger asked = new AtomicInteger();
    private final Handler counting =
            request ->
                    () -> {
                        asked.incrementAndGet();
                        return ECHO.understand(request).answer();
                    };

    static Stream<String> unsound() {
        String get = "GET /v2/ HTTP/1.1\r\nHost: m\r\n";
        String chunked = get + "Transfer-Encoding: chunked\r\n";
        return Stream.of(
                // two lengths
                chunked + "Content-Length: 5\r\n\r\n0\r\n\r\n",
                get + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "GET /v2/ HTTP/1.0\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "GET /v2/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                get + "Content-Length: 0\r\nContent-Length: 5\r\n\r\nhello",
                get + "Content-Length: 5\r\nContent-Length: 0\r\n\r\nhello",
                get + "Content-Length: 0, 5\r\n\r\nhello",
                // lengths that are none
                get + "Content-Length: +0\r\n\r\n",
                get + "Content-Length: -1\r\n\r\n",
                get + "Content-Length: 0x0\r\n\r\n",
                get + "Content-Length: 1 0\r\n\r\n",
                get + "Content-Length: 99999999999999999999\r\n\r\n",
                get + "Content-Length: \r\n\r\n",
                // bodies
                get + "Content-Length: 5\r\n\r\nhello",
                get + "Content-Length: 00005\r\n\r\nhello",
                chunked + "\r\n5\r\nhello\r\n0\r\n\r\n",
                chunked + "\r\n0x5\r\nhello\r\n0\r\n\r\n",
                chunked + "\r\n5;a=\n\r\nhello\r\n0\r\n\r\n",
                chunked + "\r\n5;a=\"\r\n\"\r\nhello\r\n0\r\n\r\n",
                chunked + "\r\n00000000000000005\r\nhello\r\n0\r\n\r\n",
                chunked + "\r\n0\r\n",
                // other spellings of chunked
                get + "Transfer-Encoding: xchunked\r\n\r\n",
                get + "Transfer-Encoding: chunked, identity\r\n\r\n",
                get + "Transfer-Encoding: identity\r\n\r\n",
                get + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
                get + "Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n",
                get + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
                // lines
                get + "X: a\r\n b\r\n\r\n",
                get + "X: a\r\n\tb\r\n\r\n",
                "GET /v2/ HTTP/1.1\r\n Host: m\r\n\r\n",
                "GET /v2/ HTTP/1.1\nHost: m\n\n",
                get + "X: a\n\r\n",
                get + "X: a\rY: b\r\n\r\n",
                get + "X: a\r\r\n\r\n",
                get + "\n",
                "\nGET /v2/ HTTP/1.1\r\nHost: m\r\n\r\n",
                // bytes
                "\0" + get + "\r\n",
                "\u0001" + get + "\r\n",
                " " + get + "\r\n",
                "\t" + get + "\r\n",
                get + "X: \0\r\n\r\n",
                get + "X: \u007f\r\n\r\n",
                get + "X\0: a\r\n\r\n",
                // names
                get + "X Y: a\r\n\r\n",
                get + "X : a\r\n\r\n",
                get + ": a\r\n\r\n",
                get + "no colon\r\n\r\n",
                get + "X(Y): a\r\n\r\n",
                // hosts
                get + "Host: m\r\n\r\n",
                get + "Host: other\r\n\r\n",
                "GET /v2/ HTTP/1.0\r\nHost: m\r\nHost: m\r\n\r\n",
                "GET /v2/ HTTP/1.1\r\n\r\n",
                "GET /v2/ HTTP/1.1\r\nHost:\r\n\r\n",
                "GET /v2/ HTTP/1.1\r\nHost: a b\r\n\r\n",
                "GET /v2/ HTTP/1.1\r\nHost: a/b\r\n\r\n",
                "GET /v2/ HTTP/1.1\r\nHost: a@b\r\n\r\n",
                "GET /v2/ HTTP/1.1\r\nHost: a,b\r\n\r\n",
                "GET http://other/v2/ HTTP/1.1\r\nHost: m\r\n\r\n",
                "GET http://m.other/v2/ HTTP/1.1\r\nHost: m\r\n\r\n",
                "GET http://u@m/v2/ HTTP/1.1\r\nHost: m\r\n\r\n",
                "GET http://m HTTP/1.1\r\nHost: m\r\n\r\n",
                "GET ftp://m/v2/ HTTP/1.1\r\nHost: m\r\n\r\n",
                // request lines
                "GET\t/v2/\tHTTP/1.1\r\nHost: m\r\n\r\n",
                "GET * HTTP/1.1\r\nHost: m\r\n\r\n",
                "GET v2/ HTTP/1.1\r\nHost: m\r\n\r\n",
                "GET /v2/\r\nHost: m\r\n\r\n",
                "GET\r\n\r\n",
                "GET /v2/ HTTP/1.1 \r\nHost: m\r\n\r\n",
                "GET /v2/ a HTTP/1.1\r\nHost: m\r\n\r\n",
                "GET /v2/ HTTP/2.0\r\nHost: m\r\n\r\n",
                "GET /v2/ HTTP/1.2\r\nHost: m\r\n\r\n",
                "GET /v2/ HTTP/0.9\r\nHost: m\r\n\r\n",
                "GET /v2/ http/1.1x\r\nHost: m\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                "CONNECT evil:443 HTTP/1.1\r\nHost: m\r\n\r\n",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003",
                "GET /v2/?a=%zz HTTP/1.1\r\nHost: m\r\n\r\n");
    }

    @ParameterizedTest
    @MethodSource("unsound")
    void anUnsoundRequestIsRefusedAndTheConnectionClosed(String request) throws IOException {
        RegistryServer server = serve(counting);
        RawClient client = client(server).send(request + RawClient.get("/smuggled"));

        RawClient.Answer answer = client.answer();

        assertThat(answer.status()).isBetween(400, 499);
        assertThat(answer.headers()).containsEntry("connection", "close");
        assertThat(answer.text()).startsWith("{\"errors\":[{\"code\":");
        assertThat(client.isClosed()).isTrue();
        assertThat(asked).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /v2/a/blobs/uploads/ HTTP/1.1\r\nHost: m\r\nContent-Length: 0\r\n\r\n",
                "PUT /v2/a/manifests/b HTTP/1.1\r\nHost: m\r\nContent-Length: 9\r\n\r\n{\n \"a\":1}",
                "PATCH /v2/a HTTP/1.1\r\nHost: m\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
                "DELETE /v2/a/manifests/b HTTP/1.1\r\nHost: m\r\n\r\n",
                "POST /v2/ HTTP/1.1\r\nHost: m\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
            })
    void whatFollowsAWriteIsNeverLookedAt(String request) throws IOException {
        RegistryServer server = serve(counting);
        RawClient client = client(server).send(request + RawClient.get("/smuggled"));

        RawClient.Answer answer = client.answer();

        assertThat(answer.headers()).containsEntry("connection", "close");
        assertThat(client.isClosed()).isTrue();
        assertThat(asked).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /v2/ HTTP/1.1\r\nHost: m\r\nContent-Length: 0\r\n\r\n",
                "GET http://m/v2/ HTTP/1.1\r\nHost: m\r\n\r\n",
                "GET HTTP://M:5000/v2/ HTTP/1.1\r\nHost: m:5000\r\n\r\n",
                "\r\n\r\nGET /v2/ HTTP/1.1\r\nHost: m\r\n\r\n",
                "GET /v2/ HTTP/1.1\r\nHost: m\r\nX:\ta\t\r\n\r\n",
                "GET /v2/ HTTP/1.1\r\nhOST: [::1]:5000\r\nX: \u00e9\r\n\r\n"
            })
    void anUnusualButSoundRequestIsAnswered(String request) throws IOException {
        RawClient client = client(serve(counting)).send(request);

        assertThat(client.answer().text()).isEqualTo("GET /v2/");
        assertThat(client.ask("/next").text()).isEqualTo("GET /next");
    }

    @Test
    void aRequestCutAnywhereIsTheSameRequest() throws IOException {
        RegistryServer server = serve(counting);
        RawClient client = client(server);
        String request = RawClient.get("/v2/");
        for (int cut = 1; cut < request.length(); cut++) {
            client.send(request.substring(0, cut));
            client.send(request.substring(cut));
            assertThat(client.answer().text()).isEqualTo("GET /v2/");
        }
    }
}
