package dev.tarn.cli;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A copy of the chart in `docker/helm` with some values in the place of its own.
record Chart(Path folder) {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Path SHIPPED = Path.of("../docker/helm/tarn");

    /// @param values in YAML
    static Chart with(String values, Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(SHIPPED)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                Path copy = folder.resolve(SHIPPED.relativize(file));
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        Path file = folder.resolve("values.yaml");
        ObjectNode merged = (ObjectNode) tree(Files.readString(file));
        merge(merged, tree(values), "");
        Files.writeString(file, merged.toString());
        return new Chart(folder);
    }

    LintResult lint() {
        return new Helm(folder).lint().strict().call();
    }

    /// The manifest that a release called `tarn`, in a namespace of the same name, is made of.
    String render() {
        return new Helm(folder).template().withName("tarn").withNamespace("tarn").call();
    }

    List<KubernetesObject> objects() {
        return KubernetesObject.parse(render());
    }

    private static JsonNode tree(String yaml) {
        return JSON.valueToTree(new Load(LoadSettings.builder().build()).loadFromString(yaml));
    }

    /// As Helm does; but a value that the chart does not know is refused.
    private static void merge(ObjectNode values, JsonNode more, String path) {
        for (var entry : more.properties()) {
            String name = path + entry.getKey();
            JsonNode known = values.get(entry.getKey());
            if (known == null) {
                throw new IllegalArgumentException("the chart has no value " + name);
            }
            if (known instanceof ObjectNode object && !object.isEmpty()) {
                merge(object, entry.getValue(), name + ".");
            } else {
                values.set(entry.getKey(), entry.getValue());
            }
        }
    }
}
