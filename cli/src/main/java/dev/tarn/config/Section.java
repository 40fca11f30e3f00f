package dev.tarn.config;

import dev.tarn.oci.Secret;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/// One section of the configuration while it is read. Asking for a key makes it known; what nobody
/// asked for is reported in the end. A bad value is noted as a problem and reads as if it were not
/// there, so that reading goes on and finds the next one. The environment wins over the file.
final class Section {

    private final Reading reading;
    private final String path;
    private final Setting.Place place;
    private final Map<String, NodeTuple> entries = new LinkedHashMap<>();
    private final Set<String> known = new LinkedHashSet<>();

    Section(Reading reading, String path, Setting.Place place, Optional<Node> node) {
        this.reading = reading;
        this.path = path;
        this.place = place;
        reading.sections().add(this);
        switch (node.orElse(null)) {
            case MappingNode mapping -> mapping.getValue().forEach(this::enter);
            case null -> {}
            case Node other when other.getTag().equals(Tag.NULL) -> {}
            case Node other -> reading.problems().add(at(other, path).problem("is not a section"));
        }
    }

    private void enter(NodeTuple entry) {
        if (!(entry.getKeyNode() instanceof ScalarNode key)) {
            reading.problems().add(at(entry.getKeyNode(), path).problem("a key must be text"));
        } else if (entries.putIfAbsent(key.getValue(), entry) != null) {
            reading.problems().add(at(key, pathOf(key.getValue())).problem("is given twice"));
        }
    }

    /// A section inside this one; empty where the file has none.
    Section section(String key) {
        Optional<Node> node = node(key);
        Setting.Place where = node.isPresent() ? placeOf(key) : place;
        return new Section(reading, pathOf(key), where, node);
    }

    /// The keys that the file has here, where any name is allowed.
    Set<String> names() {
        known.addAll(entries.keySet());
        return entries.keySet();
    }

    /// What a key means that is itself a name.
    <T> Optional<T> name(String key, Format<T> format) {
        return Setting.of(key, placeOf(key)).parse(format, reading.problems());
    }

    <T> T value(String key, Format<T> format, T otherwise) {
        T value = read(key, format).orElse(otherwise);
        show(key, value);
        return value;
    }

    <T> Optional<T> find(String key, Format<T> format) {
        Optional<T> value = read(key, format);
        show(key, value.isPresent() ? value.get() : "");
        return value;
    }

    private void show(String key, Object value) {
        reading.shown().add(Shown.of(pathOf(key), value, !has(key)));
    }

    private <T> Optional<T> read(String key, Format<T> format) {
        Optional<Node> node = node(key);
        return reading.environment()
                .find(pathOf(key))
                .or(() -> node.flatMap(value -> scalar(value, pathOf(key))))
                .flatMap(setting -> setting.parse(format, reading.problems()));
    }

    <T> List<T> list(String key, Format<T> format, List<T> otherwise) {
        List<T> values = readList(key, format, otherwise);
        reading.shown().add(Shown.of(pathOf(key), values, values.equals(otherwise)));
        return values;
    }

    private <T> List<T> readList(String key, Format<T> format, List<T> otherwise) {
        Optional<Node> node = node(key);
        List<Setting> settings = listFromEnvironment(key);
        if (settings.isEmpty()) {
            if (node.isEmpty()) {
                return otherwise;
            }
            settings = listFromFile(key, node.get());
        }
        return settings.stream()
                .flatMap(setting -> setting.parse(format, reading.problems()).stream())
                .toList();
    }

    private List<Setting> listFromEnvironment(String key) {
        List<Setting> settings = new ArrayList<>();
        Optional<Setting> next = reading.environment().find(pathOf(key + ".0"));
        while (next.isPresent()) {
            settings.add(next.get());
            next = reading.environment().find(pathOf(key + "." + settings.size()));
        }
        return settings;
    }

    private List<Setting> listFromFile(String key, Node node) {
        List<Setting> settings = new ArrayList<>();
        if (node instanceof SequenceNode sequence) {
            for (Node element : sequence.getValue()) {
                scalar(element, pathOf(key + "." + settings.size())).ifPresent(settings::add);
            }
        } else {
            reading.problems().add(at(node, pathOf(key)).problem("is not a list"));
        }
        return settings;
    }

    /// A text that must not be shown: under its key, or in a file that `<key>-file` names.
    Optional<Secret> secret(String key) {
        String fileKey = key + "-file";
        Optional<Node> node = node(key);
        Optional<Node> fileNode = node(fileKey);
        reading.shown().add(Shown.secret(pathOf(key), hasSecret(key)));
        if (node.isPresent() && fileNode.isPresent()) {
            problem(fileKey, "give this or " + key + ", not both");
        }
        return reading.environment()
                .find(pathOf(key))
                .or(() -> node.flatMap(value -> scalar(value, pathOf(key))))
                .or(() ->
                        fileNode.flatMap(value -> scalar(value, pathOf(fileKey)))
                                .flatMap(this::contents))
                .flatMap(setting -> setting.parse(Secret::new, reading.problems()));
    }

    private Optional<Setting> contents(Setting file) {
        return Environment.readSecret(file, reading.problems());
    }

    /// Whether the file or the environment says anything about this key, right or wrong.
    boolean has(String key) {
        return entries.containsKey(key) || reading.environment().placeOf(pathOf(key)).isPresent();
    }

    boolean hasSecret(String key) {
        return has(key) || has(key + "-file");
    }

    /// Notes what is wrong with a key for a reason that lies outside it.
    void problem(String key, String text) {
        Setting.Place where =
                reading.environment().placeOf(pathOf(key)).orElseGet(() -> placeOf(key));
        reading.problems().add(where.problem(text));
    }

    void reportUnknown() {
        for (Map.Entry<String, NodeTuple> entry : entries.entrySet()) {
            if (!known.contains(entry.getKey())) {
                String hint =
                        Nearest.find(entry.getKey(), known)
                                .map(near -> "did you mean '" + near + "'?")
                                .orElseGet(() -> "allowed: " + String.join(", ", known));
                reading.problems()
                        .add(placeOf(entry.getKey()).problem("unknown key (" + hint + ")"));
            }
        }
    }

    /// The paths of the keys that were asked for here.
    List<String> knownPaths() {
        return known.stream().map(this::pathOf).toList();
    }

    private Optional<Node> node(String key) {
        known.add(key);
        return Optional.ofNullable(entries.get(key)).map(NodeTuple::getValueNode);
    }

    private Optional<Setting> scalar(Node node, String where) {
        if (!(node instanceof ScalarNode scalar)) {
            reading.problems().add(at(node, where).problem("is not a single value"));
            return Optional.empty();
        }
        boolean isNull = scalar.getTag().equals(Tag.NULL);
        return Optional.of(Setting.of(isNull ? "" : scalar.getValue(), at(node, where)));
    }

    private Setting.Place placeOf(String key) {
        NodeTuple entry = entries.get(key);
        return entry == null
                ? new Setting.Place(place.where(), place.line(), place.column(), pathOf(key))
                : at(entry.getKeyNode(), pathOf(key));
    }

    private Setting.Place at(Node node, String where) {
        Optional<Mark> mark = node.getStartMark();
        int line = mark.map(Mark::getLine).orElse(-1) + 1;
        int column = mark.map(Mark::getColumn).orElse(-1) + 1;
        return new Setting.Place(place.where(), line, column, where);
    }

    private String pathOf(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }
}
