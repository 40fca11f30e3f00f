package dev.tarn.cli.setup;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.StringNode;

/// What containerd is told: a `hosts.toml` for each registry, and in its `config.toml` where they
/// are.
final class Containerd {

    private static final String CONFIG = "/etc/containerd/config.toml";
    private static final String HOSTS = "/etc/containerd/certs.d";
    private static final String RESTART = "systemctl restart containerd";

    /// The plugins that pull for Kubernetes, since version 3 of the configuration and before.
    private static final String IMAGES_PLUGIN = "io.containerd.cri.v1.images";

    private static final String CRI_PLUGIN = "io.containerd.grpc.v1.cri";
    private static final List<String> NAMES_OF_CRI = List.of("cri", CRI_PLUGIN, IMAGES_PLUGIN);

    private Containerd() {}

    static Plan plan(Wanted wanted, UnaryOperator<String> now) {
        TomlText config = TomlText.parse(CONFIG, now.apply(CONFIG));
        if (config.at(List.of()).isEmpty()) {
            config = TomlText.parse(CONFIG, config.text() + "version = 2\n");
        }
        if (config.at(List.of("disabled_plugins"))
                .valueStream()
                .anyMatch(it -> NAMES_OF_CRI.contains(it.asString("")))) {
            return new Plan(
                    hosts(wanted, HOSTS),
                    List.of(
                            "Kubernetes does not pull with this containerd: its CRI is disabled in "
                                    + CONFIG
                                    + ". For ctr: --hosts-dir "
                                    + HOSTS));
        }
        List<String> registry = registryTable(config);
        refuseOtherWays(config, registry);
        String path = config.at(registry).path("config_path").asString("");
        if (!path.isEmpty()) {
            return new Plan(hosts(wanted, path.split(":", 2)[0]), List.of());
        }
        List<Edit> edits = new ArrayList<>(hosts(wanted, HOSTS));
        TomlText edited = config.with(registry, "config_path", StringNode.valueOf(HOSTS));
        edits.add(Edit.of(CONFIG, configSnippet(), RESTART, _ -> edited.text()));
        return new Plan(edits, List.of());
    }

    /// For a person, who knows the version of containerd.
    static Plan snippets(Wanted wanted) {
        List<Edit> edits = new ArrayList<>(hosts(wanted, HOSTS));
        edits.add(Edit.of(CONFIG, configSnippet(), RESTART, UnaryOperator.identity()));
        return new Plan(edits, List.of());
    }

    private static String configSnippet() {
        return """
        # containerd 2
        [plugins."%s".registry]
          config_path = "%s"

        # containerd 1
        [plugins."%s".registry]
          config_path = "%s"
        """
                .formatted(IMAGES_PLUGIN, HOSTS, CRI_PLUGIN, HOSTS);
    }

    private static List<String> registryTable(TomlText config) {
        JsonNode version = config.at(List.of("version"));
        if (version.asInt(1) < 2) {
            throw config.wrong(
                    List.of("version"),
                    "a configuration of version 1 ends with containerd 1; convert it with"
                            + " `containerd config migrate`, or begin it with `version = 2`");
        }
        return List.of("plugins", version.asInt(1) == 2 ? CRI_PLUGIN : IMAGES_PLUGIN, "registry");
    }

    /// containerd does not start its CRI where these are beside a `config_path`.
    private static void refuseOtherWays(TomlText config, List<String> registry) {
        for (String way : List.of("mirrors", "configs")) {
            List<String> key = new ArrayList<>(registry);
            key.add(way);
            boolean isUsed =
                    config.at(key)
                            .valueStream()
                            .anyMatch(it -> way.equals("mirrors") || it.has("tls"));
            if (isUsed) {
                throw config.wrong(
                        key,
                        "registry."
                                + way
                                + " and hosts.toml do not go together; move what is here to "
                                + HOSTS);
            }
        }
    }

    private static List<Edit> hosts(Wanted wanted, String folder) {
        return switch (wanted.reach()) {
            case ALL -> List.of(host(wanted, folder + "/_default", ""));
            case EACH ->
                    wanted.registries().stream()
                            .map(it -> host(wanted, folder + "/" + it, server(it)))
                            .toList();
        };
    }

    private static String server(String registry) {
        String host = registry.equals("docker.io") ? "registry-1.docker.io" : registry;
        return "server = " + StringNode.valueOf("https://" + host) + "\n\n";
    }

    private static Edit host(Wanted wanted, String folder, String server) {
        String path = folder + "/hosts.toml";
        return Edit.of(
                path,
                withHost(wanted, path, server),
                text -> withHost(wanted, path, text.isBlank() ? text + server : text));
    }

    private static String withHost(Wanted wanted, String path, String text) {
        JsonNode capabilities = JsonNodeFactory.instance.arrayNode().add("pull").add("resolve");
        return TomlText.parse(path, text)
                .withFirstTable(
                        List.of("host", wanted.mirror().url()), "capabilities", capabilities)
                .text();
    }
}
