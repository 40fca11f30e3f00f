package dev.tarn.bench.scenario;

import static dev.tarn.bench.report.Goal.Relation.AT_MOST;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.fixture.Shelf;
import dev.tarn.bench.fixture.SmallFiles;
import dev.tarn.bench.load.Connection;
import dev.tarn.bench.load.Crowd;
import dev.tarn.bench.machine.Pause;
import dev.tarn.bench.report.Goal;
import dev.tarn.bench.report.Metric;
import dev.tarn.bench.report.Sheet;
import dev.tarn.bench.server.Peer;
import dev.tarn.bench.server.Server;
import dev.tarn.bench.server.Setup;
import dev.tarn.bench.upstream.Link;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Starting on a store with very many blobs: after a clean stop, and after a kill in the middle of
/// a pull. Only Tarn is asked: nginx needs 50 ms for every 100 files, so 500 s.
record RestartScenario() implements Scenario {

    private static final int BLOB_BYTES = 1_000;
    private static final long PATIENCE_MILLIS = 600_000;
    private static final Duration SHORT = Duration.ofSeconds(10);
    private static final Metric FIRST_HIT = new Metric("first hit s");
    private static final Metric WHOLE = new Metric("accounting whole s");

    @Override
    public String name() {
        return "restart";
    }

    @Override
    public String what() {
        return "start on a store of 1,000,000 blobs of 1 kB (quick: 100,000): from exec to the first right hit, and to the line that tells how much there is";
    }

    @Override
    public Result run(Bench bench) throws IOException {
        List<Sheet> sheets = new ArrayList<>();
        List<Goal> goals = new ArrayList<>();
        if (bench.chosen(Peer.TARN).isEmpty()) {
            return new Result(sheets, goals);
        }
        int count = bench.isQuick() ? 100_000 : 1_000_000;
        try (Stand stand = Stand.open(bench, 9)) {
            Blob known = stand.fixtures().blob(BLOB_BYTES);
            Blob large = stand.fixtures().blob(200_000_000);
            stand.shelf().add(known);
            stand.shelf().add(large);
            stand.upstream().use(new Link(Duration.ZERO, 10e6, 10e6));
            Setup setup = filled(bench, stand, known, count);
            String truth = truth(count + 1);
            Sheet clean = new Sheet("restart, clean");
            Sheet killed = new Sheet("restart, kill -9");
            for (int round = 0; round < bench.rounds(); round++) {
                start(clean, bench, setup, known, truth).close();
                Server pulling = bench.lab().launch(setup, PATIENCE_MILLIS);
                killWhilePulling(pulling, large);
                start(killed, bench, setup, known, truth).close();
            }
            for (Sheet sheet : List.of(clean, killed)) {
                sheets.add(sheet);
                goals.add(Goal.value(sheet, FIRST_HIT, "tarn", AT_MOST, 1.0));
                goals.add(Goal.value(sheet, WHOLE, "tarn", AT_MOST, 5));
                goals.add(Goal.value(sheet, Metric.RSS_MB, "tarn", AT_MOST, 250));
            }
        }
        return new Result(sheets, goals);
    }

    /// A store that has been in use: its files were found once, and its upstream has confirmed one
    /// of them.
    private static Setup filled(Bench bench, Stand stand, Blob known, int count)
            throws IOException {
        Setup setup =
                bench.lab()
                        .prepare(Peer.TARN, stand.upstreamUrl(), false)
                        .with("TARN_LOG_LEVEL", "info");
        bench.lab().launch(setup, PATIENCE_MILLIS).close();
        SmallFiles.write(setup.store().resolve("blobs/sha256"), count, BLOB_BYTES);
        Bench.delete(setup.store().resolve("index"));
        long from = Files.size(setup.log());
        try (Server server = bench.lab().launch(setup, PATIENCE_MILLIS)) {
            awaitLine(setup, from, "complete, with " + count + " blobs");
            Stand.pull(server, Shelf.pathOf(known), known);
            Stand.pull(server, Shelf.pathOf(known), known);
        }
        return setup;
    }

    /// What a line has that tells how much there is.
    private static String truth(int count) {
        return String.format(Locale.ROOT, "%d blobs of %.1f MB", count, count * (BLOB_BYTES / 1e6));
    }

    private static Server start(Sheet sheet, Bench bench, Setup setup, Blob known, String truth)
            throws IOException {
        long from = Files.size(setup.log());
        Server server = bench.lab().exec(setup);
        Crowd.both(
                () -> awaitHit(server, known),
                () -> (awaitLine(setup, from, truth) - server.startNanos()) / 1e9,
                (hit, whole) -> {
                    sheet.add("tarn", FIRST_HIT, hit);
                    sheet.add("tarn", WHOLE, whole);
                });
        Pause.millis(1_000);
        sheet.add("tarn", Metric.RSS_MB, server.processes().residentMegabytes());
        sheet.add("tarn", Metric.CPU_SECONDS, server.processes().cpuSeconds());
        return server;
    }

    /// The seconds from exec until the blob is served, asking every few milliseconds.
    private static double awaitHit(Server server, Blob known) throws IOException {
        long until = System.nanoTime() + Duration.ofMillis(PATIENCE_MILLIS).toNanos();
        while (System.nanoTime() < until) {
            try (Connection connection = Connection.open(server.endpoint(), SHORT)) {
                long end = connection.get(Shelf.pathOf(known), known).lastByte();
                return (end - server.startNanos()) / 1e9;
            } catch (IOException e) {
                Pause.millis(3);
            }
        }
        throw new IOException("no hit after a start");
    }

    /// When a line with `text` was printed after the first `from` bytes.
    private static long awaitLine(Setup setup, long from, String text) throws IOException {
        long until = System.nanoTime() + Duration.ofMillis(PATIENCE_MILLIS).toNanos();
        while (System.nanoTime() < until) {
            String printed = Files.readString(setup.log()).substring((int) from);
            if (printed.contains(text)) {
                return System.nanoTime();
            }
            Pause.millis(5);
        }
        throw new IOException("never said '%s': %s".formatted(text, Files.readString(setup.log())));
    }

    /// Ends without a chance to tidy up, in the middle of a download.
    private static void killWhilePulling(Server server, Blob large) throws IOException {
        boolean isWhole = false;
        try (Connection connection = Connection.open(server.endpoint(), Duration.ofSeconds(2))) {
            connection.get(Shelf.pathOf(large), large);
            isWhole = true;
        } catch (IOException e) {
            // Cut off, as planned.
        }
        server.kill();
        if (isWhole) {
            throw new IOException("the link is too fast to be killed in the middle");
        }
    }
}
