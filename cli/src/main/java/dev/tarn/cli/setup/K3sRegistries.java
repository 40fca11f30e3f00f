package dev.tarn.cli.setup;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.CollectionNode;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import tools.jackson.databind.node.StringNode;

/// The `registries.yaml` of k3s, edited as text: the mirror becomes the first endpoint of each
/// registry. What comes out is read again, and says that and otherwise the same.
final class K3sRegistries {

    private static final LoadSettings SETTINGS =
            LoadSettings.builder().setMaxAliasesForCollections(10).build();

    private final String path;
    private final String text;
    private final Wanted wanted;
    private final List<Splice> splices = new ArrayList<>();

    private K3sRegistries(String path, String text, Wanted wanted) {
        this.path = path;
        this.text = text;
        this.wanted = wanted;
    }

    /// What a person would write.
    static String snippet(Wanted wanted) {
        return "mirrors:\n" + entries(wanted, wanted.registries(), "  ");
    }

    static String with(String path, String text, Wanted wanted) {
        return new K3sRegistries(path, text, wanted).edited();
    }

    private String edited() {
        Map<Object, Object> before = read(text);
        Map<Object, Object> expected = expected(before);
        if (expected.equals(before)) {
            return text;
        }
        Optional<Node> root = new Compose(SETTINGS).composeString(text);
        if (root.isEmpty() || isNull(root.get())) {
            append();
        } else {
            mirrors((MappingNode) root.get());
        }
        String edited = Splice.apply(text, splices);
        try {
            if (read(edited).equals(expected)) {
                return edited;
            }
        } catch (SetupException e) {
            throw cannotEdit(root);
        }
        throw cannotEdit(root);
    }

    private void append() {
        String broken = text.isEmpty() || text.endsWith("\n") ? "" : "\n";
        splices.add(Splice.insert(text.length(), broken + snippet(wanted)));
    }

    private void mirrors(MappingNode root) {
        Optional<NodeTuple> mirrors = find(root, "mirrors");
        if (mirrors.isEmpty() && root.getFlowStyle() == FlowStyle.BLOCK) {
            append();
        } else if (mirrors.isEmpty()) {
            add(root, "mirrors: {" + flow(wanted.registries()) + "}");
        } else if (isNull(mirrors.get().getValueNode())) {
            String entries = entries(wanted, wanted.registries(), "  ");
            splices.add(Splice.insert(colon(mirrors.get()), "\n" + entries.stripTrailing()));
        } else {
            registries((MappingNode) mirrors.get().getValueNode());
        }
    }

    private void registries(MappingNode mirrors) {
        List<String> missing = new ArrayList<>();
        for (String registry : wanted.registries()) {
            find(mirrors, registry).ifPresentOrElse(this::endpoint, () -> missing.add(registry));
        }
        if (!missing.isEmpty()) {
            String indent = " ".repeat(column(mirrors));
            add(
                    mirrors,
                    isBlock(mirrors) ? entries(wanted, missing, indent).strip() : flow(missing));
        }
    }

    /// Into what is there of one registry.
    private void endpoint(NodeTuple registry) {
        String list = "endpoint: [" + quoted(wanted.mirror().url()) + "]";
        if (isNull(registry.getValueNode())) {
            splices.add(Splice.insert(colon(registry), " {" + list + "}"));
            return;
        }
        MappingNode settings = (MappingNode) registry.getValueNode();
        Optional<NodeTuple> endpoint = find(settings, "endpoint");
        if (endpoint.isEmpty()) {
            add(settings, list);
        } else if (isNull(endpoint.get().getValueNode())) {
            splices.add(
                    Splice.insert(
                            colon(endpoint.get()), " [" + quoted(wanted.mirror().url()) + "]"));
        } else if (!urls(endpoint.get().getValueNode()).contains(wanted.mirror().url())) {
            SequenceNode urls = (SequenceNode) endpoint.get().getValueNode();
            String url = quoted(wanted.mirror().url());
            add(urls, isBlock(urls) ? "- " + url : url);
        }
    }

    /// As the first of a collection.
    private void add(CollectionNode<?> collection, String element) {
        int start = offset(collection.getStartMark());
        splices.add(
                isBlock(collection)
                        ? Splice.insert(start, element + "\n" + " ".repeat(column(collection)))
                        : Splice.first(text, start, element));
    }

    /// What has to come out.
    private Map<Object, Object> expected(Map<Object, Object> before) {
        Map<Object, Object> all = new LinkedHashMap<>(before);
        Map<Object, Object> mirrors = map(all.get("mirrors"), "mirrors");
        for (String registry : wanted.registries()) {
            Map<Object, Object> settings = map(mirrors.get(registry), registry);
            List<Object> urls = new ArrayList<>();
            switch (settings.get("endpoint")) {
                case null -> {}
                case List<?> there -> urls.addAll(there);
                default -> throw notAsK3s(registry, "has an endpoint that is no list");
            }
            if (!urls.contains(wanted.mirror().url())) {
                urls.addFirst(wanted.mirror().url());
            }
            settings.put("endpoint", urls);
            mirrors.put(registry, settings);
        }
        all.put("mirrors", mirrors);
        return all;
    }

    private Map<Object, Object> map(@Nullable Object value, String key) {
        return switch (value) {
            case null -> new LinkedHashMap<>();
            case Map<?, ?> there -> new LinkedHashMap<>(there);
            default -> throw notAsK3s(key, "is no mapping");
        };
    }

    private Map<Object, Object> read(String yaml) {
        try {
            Object read = new Load(SETTINGS).loadFromString(yaml);
            return map(read, "the file");
        } catch (MarkedYamlEngineException e) {
            Optional<Mark> mark = e.getProblemMark().or(e::getContextMark);
            throw SetupException.at(
                    path,
                    1 + mark.map(Mark::getLine).orElse(0),
                    1 + mark.map(Mark::getColumn).orElse(0),
                    "is not YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            throw SetupException.at(path, 1, 1, "is not YAML: " + e.getMessage());
        }
    }

    private SetupException notAsK3s(String key, String what) {
        int offset = Math.max(0, text.indexOf(key + ":"));
        return SetupException.at(path, text, offset, key + " " + what);
    }

    private SetupException cannotEdit(Optional<Node> root) {
        int offset = root.flatMap(Node::getStartMark).map(Mark::getIndex).orElse(0);
        return SetupException.at(
                path,
                text,
                offset,
                "cannot be edited by itself as it is written here; put the mirrors there by hand");
    }

    private static List<String> urls(Node sequence) {
        return ((SequenceNode) sequence)
                .getValue().stream()
                        .map(it -> it instanceof ScalarNode url ? url.getValue() : "")
                        .toList();
    }

    private static Optional<NodeTuple> find(MappingNode mapping, String key) {
        return mapping.getValue().stream()
                .filter(it ->
                        it.getKeyNode() instanceof ScalarNode name && name.getValue().equals(key))
                .findFirst();
    }

    private static boolean isNull(Node node) {
        return node.getTag().equals(Tag.NULL);
    }

    private static boolean isBlock(CollectionNode<?> collection) {
        return collection.getFlowStyle() == FlowStyle.BLOCK;
    }

    private static int column(Node node) {
        return node.getStartMark().map(Mark::getColumn).orElse(0);
    }

    /// Behind the colon of a key.
    private int colon(NodeTuple entry) {
        return text.indexOf(':', offset(entry.getKeyNode().getEndMark())) + 1;
    }

    /// Marks count characters, and a text counts some of them twice.
    private int offset(Optional<Mark> mark) {
        return text.offsetByCodePoints(0, mark.map(Mark::getIndex).orElse(0));
    }

    private static String entries(Wanted wanted, List<String> registries, String indent) {
        StringBuilder entries = new StringBuilder();
        for (String registry : registries) {
            entries.append(indent).append(key(registry)).append(":\n");
            entries.append(indent).append("  endpoint:\n").append(indent).append("    - ");
            entries.append(quoted(wanted.mirror().url())).append('\n');
        }
        return entries.toString();
    }

    private String flow(List<String> registries) {
        return String.join(
                ", ",
                registries.stream()
                        .map(it ->
                                quoted(it)
                                        + ": {endpoint: ["
                                        + quoted(wanted.mirror().url())
                                        + "]}")
                        .toList());
    }

    private static String key(String registry) {
        return registry.matches("[A-Za-z][A-Za-z0-9._-]*") ? registry : quoted(registry);
    }

    private static String quoted(String text) {
        return StringNode.valueOf(text).toString();
    }
}
