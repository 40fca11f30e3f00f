package dev.tarn.http.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tarn.oci.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What strangers send, byte for byte, and what they get: `raw-http-cases.txt` has one case a line.
/// Its first word is the status; a `+` behind it says that the connection can be used again, a `-`
/// that it is closed. In the rest, `{blob}` and `{digest}` are those of a blob of 1,000 bytes,
/// `{7*x}` is seven times x, and `\r \n \t \xff` are single bytes.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RawHttpCasesTest extends ServerFixture {

    private static final String GOOD = RawClient.get("/v2/");
    private static final Pattern REPEATED = Pattern.compile("\\{(\\d+)\\*([^}]*)}");
    private static final Pattern BYTE = Pattern.compile("\\\\(x[0-9a-f]{2}|[^x])");

    private final InMemoryMirror mirror = new InMemoryMirror();
    private RegistryServer server;
    private Digest blob;

    /// One line of the table.
    record Case(int status, boolean isKept, String request) {
        static Case parse(String line) {
            return new Case(
                    Integer.parseInt(line.substring(0, 3)),
                    line.charAt(3) == '+',
                    line.substring(5));
        }

        boolean isHead() {
            return request.startsWith("HEAD ");
        }
    }

    static Stream<Case> cases() throws IOException {
        try (InputStream table =
                Objects.requireNonNull(
                        RawHttpCasesTest.class.getResourceAsStream("raw-http-cases.txt"))) {
            return new String(table.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .map(Case::parse);
        }
    }

    @BeforeAll
    void start() throws IOException {
        server = RegistryServer.start(CONFIG, Limits.DEFAULT, mirror.handler());
        blob = mirror.hub.addBlob(mirror.newBytes(1_000));
    }

    @AfterAll
    void nothingIsLeftOpen() {
        await().untilAsserted(() -> assertThat(server.connected()).isZero());
        await().untilAsserted(() -> assertThat(server.answering()).isZero());
        assertThat(server.clients()).isZero();
        server.close();
        mirror.close();
        assertThat(mirror.answers)
                .extracting(answer -> answer.asking().reference())
                .allMatch(reference -> reference.chars().allMatch(c -> c > ' ' && c < 0x7f));
    }

    private String bytes(String text) {
        String named =
                text.replace("{blob}", InMemoryMirror.path(blob))
                        .replace("{digest}", blob.toString());
        String repeated =
                REPEATED.matcher(named)
                        .replaceAll(found ->
                                Matcher.quoteReplacement(
                                        found.group(2).repeat(Integer.parseInt(found.group(1)))));
        return BYTE.matcher(repeated)
                .replaceAll(found -> Matcher.quoteReplacement(escaped(found.group(1))));
    }

    private static String escaped(String name) {
        return switch (name.charAt(0)) {
            case 'r' -> "\r";
            case 'n' -> "\n";
            case 't' -> "\t";
            case 'x' -> Character.toString(Integer.parseInt(name.substring(1), 16));
            default -> name;
        };
    }

    @Test
    void thereAreEnoughCases() throws IOException {
        assertThat(cases()).hasSizeGreaterThanOrEqualTo(300).doesNotHaveDuplicates();
        assertThat(cases()).allMatch(each -> each.status() < 500);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyStrangerGetsAnHonestAnswer(Case each) throws IOException {
        try (RawClient client = new RawClient(server.address())) {
            sendAll(client, bytes(each.request()));

            RawClient.Answer answer =
                    each.isHead() && each.isKept() ? client.head() : client.answer();

            assertThat(answer.status()).isEqualTo(each.status());
            assertThat(answer.headers()).doesNotContainKey("x-injected");
            assertThat(answer.headers().values()).noneMatch(RawHttpCasesTest::hasControls);
            if (answer.status() >= 400 && !each.isHead()) {
                assertThat(answer.text()).startsWith("{\"errors\":[{\"code\":\"");
                assertThat(hasControls(answer.text())).isFalse();
                assertThat(answer.text()).doesNotContain("Exception", "dev.tarn", "io.netty");
            }
            if (each.isKept()) {
                assertThat(answer.headers()).doesNotContainEntry("connection", "close");
                assertThat(client.send(GOOD).answer().status()).isEqualTo(200);
            } else {
                assertThat(answer.headers()).containsEntry("connection", "close");
                assertThat(client.isClosed()).isTrue();
            }
        }
        try (RawClient next = new RawClient(server.address())) {
            assertThat(next.send(GOOD).answer().status()).isEqualTo(200);
        }
    }

    /// The server may have closed before it has all.
    private static void sendAll(RawClient client, String bytes) throws IOException {
        try {
            client.send(bytes);
        } catch (SocketException e) {
            assertThat(bytes.length()).isGreaterThan(10_000);
        }
    }

    private static boolean hasControls(String text) {
        return text.chars().anyMatch(c -> c < ' ' || c == 0x7f || c == 0x2028);
    }
}
