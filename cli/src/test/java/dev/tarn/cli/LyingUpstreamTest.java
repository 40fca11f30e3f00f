package dev.tarn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tarn.oci.Digest;
import dev.tarn.oci.Digest.Algorithm;
import dev.tarn.oci.MediaType;
import dev.tarn.upstream.FakeRegistry;
import dev.tarn.upstream.FakeRequest;
import dev.tarn.upstream.Fault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever an upstream says, nobody ever gets a complete answer that is wrong, nothing wrong is
/// kept, and an honest answer later is as good as ever. Asked by one client, and by many at once
/// who share one download.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class LyingUpstreamTest {

    private static final String NAME = "lies/and/more";
    private static final int CHUNK = (int) MirrorFixture.SMALL_CHUNKS.chunkBytes();
    private static final int BLOB_BYTES = 5 * CHUNK - 1_234;
    private static final int CROWD = 8;

    /// What is asked for.
    enum Thing {
        SMALL_BLOB,
        BLOB,
        MANIFEST_BY_DIGEST,
        MANIFEST_BY_TAG
    }

    /// @param spoilsAll whether no answer can be right as long as this is told; else one that is
    ///   complete must be
    record Lie(String name, Fault fault, boolean spoilsAll) {
        @Override
        public String toString() {
            return name;
        }
    }

    /// Something that the upstream holds, and where to ask for it.
    private static final class Held {
        private final String target;
        private final Digest digest;
        private final byte[] bytes;

        Held(String target, Digest digest, byte[] bytes) {
            this.target = target;
            this.digest = digest;
            this.bytes = bytes;
        }
    }

    private final AtomicInteger seeds = new AtomicInteger();
    private final FakeRegistry registry = FakeRegistry.start();
    private final ExecutorService clients = Executors.newFixedThreadPool(CROWD);
    private Path root = Path.of("");
    private MirrorFixture mirror;

    /// A mirror of its own for each lie: one that has met several leaves the registry alone.
    @BeforeEach
    void start(@TempDir Path folder) {
        root = folder;
        mirror = MirrorFixture.start(root, MirrorFixture.upstream("upstream.test", registry));
    }

    @AfterAll
    void stop() {
        clients.close();
        registry.close();
    }

    @AfterEach
    void heal() throws IOException {
        registry.heal();
        mirror.close();
        try (Stream<Path> files = Files.walk(root.resolve("blobs"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Digest.of(Algorithm.SHA256, Files.readAllBytes(file)).hex())
                        .isEqualTo(file.getFileName().toString());
            }
        }
    }

    private static List<Lie> lies() {
        int half = CHUNK / 2;
        return List.of(
                new Lie("wrong bytes", Fault.wrongBytes(), true),
                new Lie("one byte short", Fault.shortBy(1), true),
                new Lie("half of it", Fault.shortBy(half), true),
                new Lie("nothing", Fault.shortBy(Integer.MAX_VALUE), true),
                new Lie("one byte long", Fault.longBy(1), true),
                new Lie("long", Fault.longBy(half), true),
                new Lie("HTML", Fault.html(), true),
                new Lie(
                        "HTML without a digest",
                        Fault.html().and(Fault.withoutHeader("Docker-Content-Digest")),
                        true),
                new Lie("an error as an answer", Fault.body("application/json", "{}"), true),
                new Lie(
                        "Content-Length too small",
                        Fault.contentLengthOffBy(-7).and(Fault.closing()),
                        true),
                new Lie(
                        "Content-Length too large",
                        Fault.contentLengthOffBy(7).and(Fault.closing()),
                        true),
                new Lie(
                        "no length, and one byte short",
                        Fault.shortBy(1).and(Fault.untilClose()),
                        true),
                new Lie("chunked, and wrong", Fault.wrongBytes().and(Fault.chunked()), true),
                new Lie("encoded", Fault.header("Content-Encoding", "gzip"), true),
                new Lie("cut at 0", Fault.cutAfter(0), true),
                new Lie("reset at 0", Fault.resetAfter(0), true),
                new Lie("another status", Fault.status(418), true));
    }

    private static List<Lie> liesAboutBlobs() {
        String digest = "sha256:" + "5e".repeat(32);
        return List.of(
                new Lie("another digest", Fault.digestHeader(digest), false),
                new Lie("cut at 1", Fault.cutAfter(1), false),
                new Lie("cut at half", Fault.cutAfter(CHUNK / 2), false),
                new Lie("reset at half", Fault.resetAfter(CHUNK / 2), false),
                new Lie("no range", Fault.ignoresRange(), false),
                new Lie("no range, no length", Fault.ignoresRange().and(Fault.untilClose()), false),
                new Lie("no range, wrong", Fault.ignoresRange().and(Fault.wrongBytes()), true),
                new Lie(
                        "no range, no length, one byte short",
                        Fault.ignoresRange().and(Fault.shortBy(1)).and(Fault.untilClose()),
                        true),
                new Lie(
                        "no range, no length, one byte long",
                        Fault.ignoresRange().and(Fault.longBy(1)).and(Fault.untilClose()),
                        true),
                new Lie("the next range", Fault.contentRange("bytes 1-64/65"), true),
                new Lie("a larger blob", Fault.contentRange("bytes 0-65535/999999"), true),
                new Lie("a smaller blob", Fault.contentRange("bytes 0-65535/65536"), true),
                new Lie("a range of no size", Fault.contentRange("bytes 0-65535/*"), true),
                new Lie("no such range", Fault.contentRange("bytes */326446"), true),
                new Lie("a range of nonsense", Fault.contentRange("items 0-1/2"), true),
                new Lie("no Content-Range", Fault.withoutHeader("Content-Range"), true));
    }

    private static List<Lie> liesAboutManifests() {
        return List.of(
                new Lie("cut at 1", Fault.cutAfter(1), true),
                new Lie("cut at half", Fault.cutAfter(100), true),
                new Lie("another type", Fault.header("Content-Type", "text/html"), true));
    }

    private static Stream<Lie> liesAbout(Thing thing) {
        List<Lie> own =
                switch (thing) {
                    case SMALL_BLOB ->
                            List.of(
                                    new Lie("cut at 1", Fault.cutAfter(1), false),
                                    new Lie("cut at the last byte", Fault.cutAfter(999), false),
                                    new Lie("no range", Fault.ignoresRange(), false));
                    case BLOB -> liesAboutBlobs();
                    case MANIFEST_BY_DIGEST -> liesAboutManifests();
                    case MANIFEST_BY_TAG ->
                            Stream.concat(
                                            liesAboutManifests().stream(),
                                            Stream.of(
                                                    new Lie(
                                                            "another digest",
                                                            Fault.digestHeader(
                                                                    "sha256:" + "5e".repeat(32)),
                                                            true),
                                                    new Lie(
                                                            "a digest that is none",
                                                            Fault.digestHeader("sha256:5e"),
                                                            true)))
                                    .toList();
                };
        return Stream.concat(lies().stream(), own.stream());
    }

    static Stream<Arguments> cases() {
        return Stream.of(Thing.values())
                .flatMap(thing ->
                        liesAbout(thing)
                                .flatMap(lie ->
                                        Stream.of(
                                                Arguments.of(thing, lie, 1),
                                                Arguments.of(thing, lie, CROWD))));
    }

    private Held hold(Thing thing) {
        int seed = seeds.incrementAndGet();
        return switch (thing) {
            case SMALL_BLOB -> blob(seed, 1_000);
            case BLOB -> blob(seed, BLOB_BYTES);
            case MANIFEST_BY_DIGEST, MANIFEST_BY_TAG -> manifest(thing, seed);
        };
    }

    private Held blob(int seed, int size) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        Digest digest = registry.addBlob(NAME, bytes);
        return new Held("/v2/" + NAME + "/blobs/" + digest, digest, bytes);
    }

    private Held manifest(Thing thing, int seed) {
        byte[] bytes =
                "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[],\"annotations\":{\"%d\":\"%s\"}}"
                        .formatted(MediaType.OCI_INDEX, seed, "x".repeat(CHUNK))
                        .getBytes(StandardCharsets.UTF_8);
        Digest digest = registry.addManifest(NAME, MediaType.OCI_INDEX, bytes);
        registry.tag(NAME, "tag" + seed, digest);
        String reference = thing == Thing.MANIFEST_BY_TAG ? "tag" + seed : digest.toString();
        return new Held("/v2/" + NAME + "/manifests/" + reference, digest, bytes);
    }

    private List<Answer> ask(Held held, int count) throws Exception {
        List<Callable<Answer>> pulls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            pulls.add(() -> mirror.client().get(held.target));
        }
        List<Answer> answers = new ArrayList<>();
        for (Future<Answer> pull : clients.invokeAll(pulls)) {
            answers.add(pull.get());
        }
        return answers;
    }

    private static void assertRight(Answer answer, Held held) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        assertThat(answer.isComplete()).as(answer.toString()).isTrue();
        assertThat(answer.header("Docker-Content-Digest")).contains(held.digest.toString());
        assertThat(answer.body()).isEqualTo(held.bytes);
    }

    @ParameterizedTest(name = "{0}: {1}, {2} clients")
    @MethodSource("cases")
    void nobodyGetsACompleteWrongAnswer(Thing thing, Lie lie, int count) throws Exception {
        Held held = hold(thing);
        long stored = mirror.blobCount();
        registry.inject(lie.fault().and(Fault.latency(Duration.ofMillis(count > 1 ? 30 : 0))));

        List<Answer> answers = ask(held, count);

        for (Answer answer : answers) {
            if (answer.status() == 200 && answer.isComplete()) {
                assertRight(answer, held);
                assertThat(lie.spoilsAll()).as(answer.toString()).isFalse();
            } else if (answer.status() != 200 && answer.status() != 0) {
                assertThat(answer.status()).as(answer + answer.text()).isBetween(500, 599);
                assertThat(answer.isComplete()).as(answer.toString()).isTrue();
            }
        }
        registry.heal();
        if (lie.spoilsAll()) {
            assertThat(mirror.blobCount()).isEqualTo(stored);
            int asked = registry.requests(FakeRequest.of("GET", held.target)).size();
            awaitRight(held);
            assertThat(registry.requests(FakeRequest.of("GET", held.target)))
                    .hasSizeGreaterThan(asked);
        }
        awaitRight(held);
        for (Answer answer : ask(held, count)) {
            assertRight(answer, held);
        }
        assertNothingWrongIsKnown(held);
    }

    /// A registry that has failed several times in a row is left alone for a moment, and clients
    /// are told for how long; they never hear anything else.
    private void awaitRight(Held held) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> {
                    Answer answer = ask(held, 1).getFirst();
                    if (answer.status() != 503) {
                        assertRight(answer, held);
                        return true;
                    }
                    assertThat(answer.header("Retry-After")).as(answer.toString()).isPresent();
                    return false;
                });
    }

    /// What is here now is here for good, and right.
    private void assertNothingWrongIsKnown(Held held) throws Exception {
        int asked = registry.requests(FakeRequest.path(held.target)).size();
        assertRight(ask(held, 1).getFirst(), held);
        assertThat(registry.requests(FakeRequest.path(held.target))).hasSize(asked);
    }
}
