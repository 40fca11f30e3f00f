package dev.tarn.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/// A command that tells what a running mirror says of itself.
abstract sealed class AskCommand extends AdminCommand {

    private final String call;

    /// @param call of the admin API
    private AskCommand(Map<String, String> environment, String call) {
        super(environment);
        this.call = call;
    }

    @Override
    public Integer call() throws InterruptedException {
        print(ask(call), this::table);
        return Main.OK;
    }

    abstract Table table(JsonNode answer);

    /// `tarn ls`.
    @Command(name = "ls", description = "List the images that a running mirror has.")
    static final class Images extends AskCommand {

        Images(Map<String, String> environment) {
            super(environment, "images?limit=10000");
        }

        @Override
        Table table(JsonNode answer) {
            Table table = new Table("IMAGE", "SIZE", "PLATFORMS", "PULLS", "DIGEST");
            for (JsonNode image : answer.path("images")) {
                table.add(
                        name(image) + ":" + text(image, "tag"),
                        Table.bytes(image.path("size").asLong()),
                        Integer.toString(image.path("platforms").size()),
                        text(image, "pulls"),
                        text(image, "digest"));
            }
            return table;
        }
    }

    /// `tarn pulls`.
    @Command(
            name = "pulls",
            description = "List the image pulls that run, and the latest that have ended.",
            exitCodeList = {
                "0:it told what there is",
                "1:no mirror answers; with --follow, it has stopped",
                "2:the command line is wrong"
            })
    static final class Pulls extends AskCommand {

        @Option(
                names = {"-f", "--follow"},
                description = "Tell each pull as it ends, until the mirror stops.")
        private boolean isFollowed;

        Pulls(Map<String, String> environment) {
            super(environment, "pulls");
        }

        @Override
        public Integer call() throws InterruptedException {
            if (!isFollowed) {
                return super.call();
            }
            PullFeed feed = new PullFeed(out(), err(), format(), columns());
            follow("events", feed::tell);
            throw new AskException("the mirror has stopped");
        }

        @Override
        Table table(JsonNode answer) {
            Table table = new Table(PullFeed.COLUMNS);
            for (String group : new String[] {"running", "ended"}) {
                for (JsonNode pull : answer.path(group)) {
                    table.add(PullFeed.cells(pull));
                }
            }
            return table;
        }
    }

    /// `tarn pins`.
    @Command(name = "pins", description = "List the patterns of images that are never evicted.")
    static final class Pins extends AskCommand {

        Pins(Map<String, String> environment) {
            super(environment, "pins");
        }

        @Override
        Table table(JsonNode answer) {
            return PinCommand.table(answer);
        }
    }

    /// `tarn stats`.
    @Command(name = "stats", description = "Say what a running mirror has done since its start.")
    static final class Stats extends AskCommand {

        Stats(Map<String, String> environment) {
            super(environment, "overview");
        }

        @Override
        Table table(JsonNode answer) {
            Table table = new Table("WHAT", "VALUE");
            table.add("version", text(answer, "version"));
            table.add("started", text(answer, "startedAt"));
            table.add("registry", text(answer, "registryUrl"));
            table.add("trouble", text(answer, "trouble"));
            long requests = answer.path("requests").asLong();
            long hits = answer.path("hits").asLong();
            table.add("requests", Long.toString(requests));
            table.add("hits", requests == 0 ? "-" : hits + " (" + 100 * hits / requests + " %)");
            table.add("image pulls", text(answer, "pullsEnded"));
            table.add("image pulls failed", text(answer, "pullsFailed"));
            table.add("image pulls running", text(answer, "pullsRunning"));
            table.add("served", Table.bytes(answer.path("servedBytes").asLong()));
            table.add("from upstreams", Table.bytes(answer.path("pulledBytes").asLong()));
            table.add("saved", Table.bytes(answer.path("savedBytes").asLong()));
            table.add("stored blobs", text(answer, "storedBlobs"));
            table.add("stored", Table.bytes(answer.path("storedBytes").asLong()));
            table.add("capacity", Table.bytes(answer.path("capacityBytes").asLong()));
            return table;
        }
    }

    /// `tarn upstreams`.
    @Command(name = "upstreams", description = "Say how the upstreams of a running mirror are.")
    static final class Upstreams extends AskCommand {

        Upstreams(Map<String, String> environment) {
            super(environment, "upstreams");
        }

        @Override
        Table table(JsonNode answer) {
            Table table =
                    new Table(
                            "UPSTREAM",
                            "STATE",
                            "ANSWERS",
                            "FAILURES",
                            "LATENCY",
                            "BYTES",
                            "URLS",
                            "WHY");
            for (JsonNode upstream : answer.path("upstreams")) {
                StringBuilder urls = new StringBuilder();
                StringBuilder why = new StringBuilder();
                for (JsonNode url : upstream.path("urls")) {
                    urls.append(urls.isEmpty() ? "" : ",").append(text(url, "url"));
                    if (!url.path("reason").isNull()) {
                        why.append(why.isEmpty() ? "" : "; ").append(text(url, "reason"));
                    }
                }
                table.add(
                        text(upstream, "name"),
                        text(upstream, "state"),
                        text(upstream, "answers"),
                        text(upstream, "failures"),
                        upstream.path("latency").isNull() ? "-" : text(upstream, "latency") + " ms",
                        Table.bytes(upstream.path("pulledBytes").asLong()),
                        urls.toString(),
                        why.isEmpty() ? "-" : why.toString());
            }
            return table;
        }
    }
}
