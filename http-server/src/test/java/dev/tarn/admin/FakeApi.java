package dev.tarn.admin;

import dev.tarn.admin.push.PushReceiver;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// Tells one of each, with the most inconvenient texts.
final class FakeApi implements Api, Operations {

    static final String HOSTILE = "</script><img src=x onerror=alert(1)>\"\n\u2028\u202e";
    static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    private static final String DIGEST = "sha256:" + "a".repeat(64);

    final FakePushReceiver pushes = new FakePushReceiver();

    @Override
    public Overview overview() {
        return new Overview(
                "1",
                NOW,
                NOW,
                true,
                Optional.of(HOSTILE),
                "http://127.0.0.1:5000",
                List.of("docker.io"),
                1,
                2,
                3,
                4,
                5,
                6,
                7.5,
                8.5,
                9,
                10,
                11,
                12,
                13,
                14,
                15,
                16);
    }

    @Override
    public Minutes history() {
        return new Minutes(List.of(new Minute(NOW, 1, 2, 3, 4, 5, 6)));
    }

    @Override
    public Pulls pulls(int limit) {
        Pull pull =
                new Pull(
                        7,
                        "docker.io",
                        HOSTILE,
                        "1.0",
                        Optional.of(DIGEST),
                        "192.0.2.1",
                        HOSTILE,
                        NOW,
                        10,
                        "failed",
                        Optional.of(HOSTILE),
                        1,
                        OptionalLong.empty(),
                        2,
                        3,
                        4,
                        Optional.empty(),
                        List.of(new Layer(DIGEST, 1, 2, "done", Optional.of("hit"), 3)));
        return new Pulls(List.of(pull), limit == 0 ? List.of() : List.of(pull));
    }

    @Override
    public FailureList failures() {
        return new FailureList(
                List.of(
                        new Failure(
                                NOW,
                                "r-1",
                                "blob",
                                "docker.io",
                                HOSTILE,
                                DIGEST,
                                "192.0.2.1",
                                HOSTILE,
                                502,
                                "broken",
                                HOSTILE,
                                "broken")));
    }

    @Override
    public Images images(int limit) {
        return new Images(
                List.of(
                        new Image(
                                "docker.io",
                                "library/x",
                                "1.0",
                                DIGEST,
                                "a/b",
                                NOW,
                                Optional.empty(),
                                0,
                                1,
                                1,
                                List.of(
                                        new Platform(
                                                "linux/amd64",
                                                DIGEST,
                                                true,
                                                1,
                                                List.of(
                                                        new PlatformLayer(
                                                                DIGEST, 1, true, "a/b")))))),
                limit,
                2,
                false);
    }

    @Override
    public Upstreams upstreams() {
        return new Upstreams(
                List.of(
                        new UpstreamState(
                                "docker.io",
                                true,
                                "up",
                                List.of(new UpstreamUrl("https://x", "closed", Optional.empty())),
                                Optional.of(new RateLimit(1, OptionalInt.of(2), 3)),
                                4,
                                5,
                                OptionalLong.of(6),
                                7,
                                8)));
    }

    @Override
    public Store store() {
        return new Store(
                "/x",
                1,
                2,
                3,
                4,
                "gdsf",
                5,
                6,
                7,
                Optional.empty(),
                new Scrub(0.5, 8),
                List.of(new NextBlob(DIGEST, 1, Optional.of(NOW), 2)));
    }

    @Override
    public ScrubPass scrub() {
        return new ScrubPass(false, Optional.empty(), Optional.of(NOW), 0.5, 1, 2, 3);
    }

    @Override
    public ScrubPass startScrub() {
        return new ScrubPass(true, Optional.of(NOW), Optional.empty(), 0, 0, 0, 0);
    }

    @Override
    public Pins pins() {
        return new Pins(List.of(new Pin("docker.io/library/*:stable", true)));
    }

    @Override
    public Optional<Inspection> inspect(String image) {
        return image.equals("nothing")
                ? Optional.empty()
                : Optional.of(
                        new Inspection(
                                "docker.io",
                                "library/x",
                                image,
                                DIGEST,
                                "a/b",
                                List.of("1.0"),
                                Optional.of(NOW),
                                Optional.empty(),
                                0,
                                List.of(),
                                2,
                                1,
                                List.of()));
    }

    @Override
    public Pins pin(PinRequest request) {
        return new Pins(List.of(new Pin(request.pattern(), false)));
    }

    @Override
    public Pins unpin(PinRequest request) {
        return new Pins(List.of());
    }

    @Override
    public Purged purge(PurgeRequest request) {
        return new Purged(
                request.isDryRun(),
                request.images().stream()
                        .map(image -> new PurgedImage(image, "purged", List.of()))
                        .toList(),
                1,
                2,
                3,
                4,
                5,
                6,
                7);
    }

    @Override
    public PushReceiver pushes() {
        return pushes;
    }

    @Override
    public Config config() {
        return new Config(List.of(new Setting("http.addr", ":5000", false)));
    }
}
