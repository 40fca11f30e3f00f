package dev.tarn.cli.clients;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What the dashboard in `conf/grafana` asks Prometheus for.
record GrafanaDashboard(List<Query> queries) {

    /// One query of one panel, as Grafana would ask it with all variables at "All".
    record Query(String panel, String expression) {}

    static GrafanaDashboard read(Path file) throws IOException {
        JsonNode root = JsonMapper.builder().build().readTree(Files.readString(file));
        List<Query> queries = new ArrayList<>();
        collect(root.path("panels"), queries);
        return new GrafanaDashboard(queries);
    }

    private static void collect(JsonNode panels, List<Query> queries) {
        for (JsonNode panel : panels) {
            for (JsonNode target : panel.path("targets")) {
                queries.add(
                        new Query(
                                panel.path("title").asString(),
                                filled(target.path("expr").asString())));
            }
            collect(panel.path("panels"), queries);
        }
    }

    private static String filled(String expression) {
        return expression
                .replace("$__rate_interval", "30s")
                .replace("$__range", "60s")
                .replace("$__interval", "15s")
                .replaceAll("\\$\\{?(job|instance|upstream_host)\\}?", ".*");
    }
}
