package dev.tarn.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/// `conf/tarn.yaml` shows every key with its default. A key without one is off: `#` and no space.
class ShippedConfigTest {

    private static final Path SHIPPED = Path.of("..", "conf", "tarn.yaml");
    private static final Pattern OFF = Pattern.compile("(?m)^( *)#(?=[a-z])");

    @Test
    void itMeansTheSameAsNoFileAtAll(@TempDir Path folder) throws IOException {
        assertThat(ConfigReader.read(Optional.of(SHIPPED), Map.of()))
                .usingRecursiveComparison()
                .ignoringFields("shown") // there it is said
                .isEqualTo(new ConfigFile(folder).read(""));
    }

    @Test
    void itNamesEveryKeyAndNoOther(@TempDir Path folder) throws IOException {
        String allOn = OFF.matcher(Files.readString(SHIPPED)).replaceAll("$1");
        Path file = new ConfigFile(folder).write("tarn.yaml", allOn);

        Set<String> known = ConfigReader.keys(Optional.of(file));
        TreeSet<String> keys = new TreeSet<>(known);
        keys.removeIf(key -> key.matches("upstreams\\.(?!docker\\.io).*\\.[a-z-]+"));
        known.stream().filter(key -> known.contains(key + ".urls")).forEach(keys::add);

        assertThat(keysIn(YamlFile.read(file).orElseThrow(), "")).isEqualTo(keys);
    }

    private static Set<String> keysIn(Node node, String path) {
        Set<String> keys = new TreeSet<>();
        if (node instanceof MappingNode section) {
            for (NodeTuple entry : section.getValue()) {
                String key = path + ((ScalarNode) entry.getKeyNode()).getValue();
                keys.add(key);
                keys.addAll(keysIn(entry.getValueNode(), key + "."));
            }
        }
        return keys;
    }
}
