package dev.tarn.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/// `tarn inspect`.
@Command(
        name = "inspect",
        description = "Say what a running mirror has of an image, layer by layer.",
        exitCodeList = {
            "0:it told what there is",
            "1:the mirror has no such image, or none answers",
            "2:the command line is wrong"
        })
final class InspectCommand extends AdminCommand {

    @Parameters(paramLabel = "IMAGE", description = "alpine, quay.io/a/b:v1, …")
    private String image = "";

    InspectCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    public Integer call() throws InterruptedException {
        print(ask("inspect?image=" + encoded(image)), InspectCommand::table);
        return Main.OK;
    }

    /// As a value in a query.
    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static Table table(JsonNode image) {
        Table table = new Table("WHAT", "VALUE", "SIZE", "STORED");
        table.add("image", image(image), Table.bytes(image.path("size").asLong()), stored(image));
        table.add("digest", text(image, "digest"), "", "");
        table.add("type", text(image, "mediaType"), "", "");
        table.add("tags", texts(image, "tags"), "", "");
        table.add("confirmed", text(image, "checkedAt"), "", "");
        table.add("last pull", text(image, "lastPullAt"), "", "");
        table.add("pulls", text(image, "pulls"), "", "");
        table.add("pinned by", texts(image, "pins"), "", "");
        for (JsonNode platform : image.path("platforms")) {
            table.add(
                    text(platform, "platform"),
                    text(platform, "digest"),
                    "",
                    yes(platform.path("isStored").asBoolean()));
            boolean isConfig = true;
            for (JsonNode blob : platform.path("layers")) {
                table.add(
                        isConfig ? "  config" : "  layer",
                        text(blob, "digest"),
                        Table.bytes(blob.path("size").asLong()),
                        yes(blob.path("isStored").asBoolean()));
                isConfig = false;
            }
        }
        return table;
    }

    private static String stored(JsonNode image) {
        long stored = image.path("storedBytes").asLong();
        return stored == image.path("size").asLong() ? "yes" : Table.bytes(stored);
    }

    private static String yes(boolean is) {
        return is ? "yes" : "no";
    }
}
