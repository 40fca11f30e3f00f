package dev.tarn.cli.setup;

import dev.tarn.cli.setup.TomlScanner.Assignment;
import dev.tarn.cli.setup.TomlScanner.Header;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;
import tools.jackson.dataformat.toml.TomlMapper;

/// A TOML file that is edited as text, so that comments and everything else stay. What comes out is
/// parsed again: it says what was wanted and otherwise the same, or nothing is changed.
final class TomlText {

    private static final TomlMapper TOML = TomlMapper.builder().build();

    private final String path;
    private final String text;
    private final JsonNode tree;
    private final TomlScanner places;

    private TomlText(String path, String text) {
        this.path = path;
        this.text = text;
        this.tree = tree(path, text);
        this.places = new TomlScanner(text);
    }

    /// @throws SetupException if it is not TOML
    static TomlText parse(String path, String text) {
        return new TomlText(path, text);
    }

    String text() {
        return text;
    }

    /// What is there; missing where nothing is.
    JsonNode at(List<String> key) {
        JsonNode at = tree;
        for (String part : key) {
            at = at.path(part);
        }
        return at;
    }

    /// With this value, in the place of another one if need be.
    TomlText with(List<String> table, String name, JsonNode value) {
        List<String> key = joined(table, name);
        if (at(key).equals(value)) {
            return this;
        }
        Splice splice =
                find(key)
                        .map(it -> new Splice(it.valueStart(), it.valueEnd(), value.toString()))
                        .orElseGet(() -> line(table, quoted(name) + " = " + value));
        return edited(splice, key, value);
    }

    /// With `value` as the first of an array of texts, unless it is there already.
    TomlText withFirst(List<String> table, String name, String value) {
        List<String> key = joined(table, name);
        ArrayNode values = JsonNodeFactory.instance.arrayNode().add(value);
        if (!at(key).isArray()) {
            return with(table, name, values);
        }
        if (at(key).valueStream().anyMatch(it -> it.asString("").equals(value))) {
            return this;
        }
        Assignment there = find(key).orElseThrow(() -> cannotEdit(key));
        String quoted = StringNode.valueOf(value).toString();
        values.addAll(at(key).valueStream().toList());
        return edited(Splice.first(text, there.valueStart(), quoted), key, values);
    }

    /// With a table before all others, unless there is one of that name.
    TomlText withFirstTable(List<String> table, String name, JsonNode value) {
        if (at(table).isObject()) {
            return this;
        }
        String block = header(table) + "\n  " + name + " = " + spaced(value) + "\n";
        int at = places.headers().isEmpty() ? text.length() : places.headers().getFirst().start();
        String before = text.substring(0, at);
        String gap = before.isEmpty() ? "" : before.endsWith("\n") ? "\n" : "\n\n";
        gap = before.endsWith("\n\n") ? "" : gap;
        String after = at == text.length() ? "" : "\n";
        return edited(Splice.insert(at, gap + block + after), joined(table, name), value);
    }

    /// About the first place that has to do with `key`.
    SetupException wrong(List<String> key, String what) {
        int offset =
                Stream.concat(
                                places.headers().stream()
                                        .filter(it -> startsWith(it.table(), key))
                                        .map(it -> text.indexOf('[', lastLine(it))),
                                places.assignments().stream()
                                        .filter(it -> startsWith(it.key(), key))
                                        .map(Assignment::start))
                        .min(Integer::compare)
                        .orElse(0);
        return SetupException.at(path, text, offset, what);
    }

    private int lastLine(Header header) {
        return text.lastIndexOf('\n', header.end() - 2) + 1;
    }

    private static boolean startsWith(List<String> all, List<String> first) {
        return all.size() >= first.size() && all.subList(0, first.size()).equals(first);
    }

    private Optional<Assignment> find(List<String> key) {
        return places.assignments().stream().filter(it -> it.key().equals(key)).findFirst();
    }

    /// A new line in a table, and the table if it is not there.
    private Splice line(List<String> table, String line) {
        Optional<Header> header =
                places.headers().stream().filter(it -> it.table().equals(table)).findFirst();
        if (header.isEmpty()) {
            String gap = text.isEmpty() ? "" : text.endsWith("\n") ? "\n" : "\n\n";
            return Splice.insert(text.length(), gap + header(table) + "\n  " + line + "\n");
        }
        int end = header.get().end();
        int start = lastLine(header.get());
        String indent = text.substring(start, text.indexOf('[', start));
        String broken = text.startsWith("\n", end - 1) ? "" : "\n";
        return Splice.insert(end, broken + indent + "  " + line + "\n");
    }

    private TomlText edited(Splice splice, List<String> key, JsonNode value) {
        try {
            TomlText edited = new TomlText(path, Splice.apply(text, List.of(splice)));
            if (edited.tree.equals(treeWith(key, value))) {
                return edited;
            }
        } catch (SetupException e) {
            throw cannotEdit(key);
        }
        throw cannotEdit(key);
    }

    private JsonNode treeWith(List<String> key, JsonNode value) {
        ObjectNode all = (ObjectNode) tree.deepCopy();
        ObjectNode at = all;
        for (String part : key.subList(0, key.size() - 1)) {
            at = at.path(part) instanceof ObjectNode there ? there : at.putObject(part);
        }
        at.set(key.getLast(), value);
        return all;
    }

    private SetupException cannotEdit(List<String> key) {
        List<String> known =
                IntStream.rangeClosed(0, key.size())
                        .mapToObj(size -> key.subList(0, size))
                        .filter(it -> it.isEmpty() || !at(it).isMissingNode())
                        .toList()
                        .getLast();
        return wrong(
                known,
                "cannot be edited by itself as it is written here; put "
                        + dotted(key)
                        + " there by hand");
    }

    private static JsonNode tree(String path, String text) {
        try {
            return TOML.readTree(text);
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            throw SetupException.at(
                    path,
                    at.getLineNr(),
                    at.getColumnNr(),
                    "is not TOML: " + e.getOriginalMessage().lines().findFirst().orElse(""));
        }
    }

    static String header(List<String> table) {
        return "[" + dotted(table) + "]";
    }

    private static String dotted(List<String> key) {
        return key.stream().map(TomlText::quoted).collect(Collectors.joining("."));
    }

    private static String quoted(String part) {
        return part.matches("[a-z_-]+") ? part : StringNode.valueOf(part).toString();
    }

    /// As people write an array.
    private static String spaced(JsonNode value) {
        return value.isArray()
                ? value.valueStream()
                        .map(JsonNode::toString)
                        .collect(Collectors.joining(", ", "[", "]"))
                : value.toString();
    }

    private static List<String> joined(List<String> table, String name) {
        List<String> key = new ArrayList<>(table);
        key.add(name);
        return List.copyOf(key);
    }
}
