package dev.tarn.http.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tarn.oci.Digest;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Many clients of a registry in memory: those that leave, those that ask for parts, and those that
/// are still being answered when the server stops.
class UnderLoadTest extends ServerFixture {

    private final Random random = new Random(7);
    private final InMemoryMirror mirror = new InMemoryMirror();

    @AfterEach
    void closeMirror() {
        mirror.close();
    }

    /// What a range means, by the words of RFC 9110 §14.1.2; nothing where no byte is in it.
    private static byte[] part(byte[] blob, long first, long last) {
        return first > last || first >= blob.length
                ? new byte[0]
                : Arrays.copyOfRange(blob, (int) first, (int) Math.min(last + 1, blob.length));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void fiveHundredRangesAreWhatAnOracleSays(boolean isCold) throws IOException {
        RegistryServer server = serve(mirror.handler());
        RawClient client = client(server);
        byte[] blob = mirror.newBytes(100_000);
        Digest digest = mirror.hub.addBlob(blob);
        assertThat(client.ask(InMemoryMirror.path(digest)).status()).isEqualTo(200);
        for (int i = 0; i < 500; i++) {
            if (isCold) {
                blob = mirror.newBytes(1 + random.nextInt(200_000));
                digest = mirror.hub.addBlob(blob);
            }
            long first = random.nextInt(blob.length + blob.length / 10 + 1);
            long last =
                    random.nextInt(4) == 0
                            ? Long.MAX_VALUE - 1
                            : first - 5 + random.nextInt(50_000);
            String range;
            byte[] expected;
            if (random.nextInt(5) == 0) {
                long suffix = random.nextInt(2 * blob.length);
                range = "-" + suffix;
                expected = part(blob, Math.max(0, blob.length - suffix), blob.length - 1L);
            } else {
                range = first + "-" + (last == Long.MAX_VALUE - 1 ? "" : Math.max(0, last));
                expected = part(blob, first, Math.max(0, last));
            }
            RawClient.Answer answer =
                    client.send(
                                    "GET %s HTTP/1.1\r\nHost: m\r\nRange: bytes=%s\r\n\r\n"
                                            .formatted(InMemoryMirror.path(digest), range))
                            .answer();

            assertThat(answer.status()).as(range).isEqualTo(expected.length == 0 ? 416 : 206);
            if (expected.length > 0) {
                assertThat(answer.body().array()).as(range).isEqualTo(expected);
                assertThat(answer.headers().get("content-range")).endsWith("/" + blob.length);
            } else {
                assertThat(answer.headers())
                        .containsEntry("content-range", "bytes */" + blob.length);
            }
        }
    }

    /// Of a blob that is on its way for the first of them, and stored for the others.
    @Test
    void aThousandClientsThatLeaveLeaveNothingBehind() throws Exception {
        RegistryServer server = serve(mirror.handler());
        int size = 1_000_000;
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            paths.add(InMemoryMirror.path(mirror.hub.addBlob(mirror.newBytes(size))));
        }
        try (ExecutorService clients = Executors.newFixedThreadPool(8)) {
            List<Future<Integer>> left = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                String path = paths.get(i / 20);
                int taken = new int[] {1, size / 4, size / 4 * 3, size / 100 * 99}[i % 4];
                left.add(
                        clients.submit(() -> {
                            try (RawClient client = new RawClient(server.address())) {
                                assertThat(client.send(RawClient.get(path)).head().status())
                                        .isEqualTo(200);
                                return client.read(taken).length - taken;
                            }
                        }));
            }
            for (Future<Integer> each : left) {
                assertThat(each.get(60, TimeUnit.SECONDS)).isZero();
            }
        }

        await().untilAsserted(() -> assertThat(server.connected()).isZero());
        await().untilAsserted(() -> assertThat(server.answering()).isZero());
        assertThat(server.clients()).isZero();
        assertThat(client(server).ask("/v2/").status()).isEqualTo(200);
    }

    @Test
    void aServerThatStopsCutsNoAnswerShort() throws Exception {
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            paths.add(InMemoryMirror.path(mirror.hub.addBlob(mirror.newBytes(300_000 + i))));
        }
        paths.add("/v2/library/alpine/manifests/latest");
        int answers = 0;
        for (int i = 0; i < 50; i++) {
            answers += stopUnderLoad(paths, i);
        }
        assertThat(answers).isGreaterThan(250);
    }

    private int stopUnderLoad(List<String> paths, int round) throws Exception {
        RegistryServer server = serve(mirror.handler());
        try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
            List<Future<Integer>> clients = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                int seed = round * 6 + i;
                clients.add(threads.submit(() -> askUntilClosed(server, paths, new Random(seed))));
            }
            int target = 5 + random.nextInt(30);
            int before = mirror.answers.size();
            await().until(() -> mirror.answers.size() >= before + target);
            server.close();
            int answers = 0;
            for (Future<Integer> client : clients) {
                answers += client.get(30, TimeUnit.SECONDS);
            }
            return answers;
        }
    }

    /// How many answers it had, all whole. A connection may be closed between two of them.
    private static int askUntilClosed(RegistryServer server, List<String> paths, Random random)
            throws IOException {
        int answers = 0;
        while (true) {
            try (RawClient client = new RawClient(server.address())) {
                boolean isOpen = true;
                while (isOpen) {
                    client.send(RawClient.get(paths.get(random.nextInt(paths.size()))));
                    if (client.isGone()) {
                        break;
                    }
                    RawClient.Answer answer = client.answer();
                    assertThat(answer.status()).isEqualTo(200);
                    isOpen = !answer.headers().containsKey("connection");
                    answers++;
                }
            } catch (SocketException e) {
                if (server.isDraining()) {
                    return answers; // refused, or reset before the first byte of an answer
                }
                throw e;
            }
            if (server.isDraining()) {
                return answers;
            }
        }
    }
}
