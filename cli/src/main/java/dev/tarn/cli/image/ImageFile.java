package dev.tarn.cli.image;

import dev.tarn.oci.ImageName;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Finds the images that a file names: Kubernetes manifests, a compose file, or a list with one
/// image a line and `#` before what is none.
public final class ImageFile {

    private static final Set<String> CONTAINERS =
            Set.of("containers", "initContainers", "ephemeralContainers");

    /// Compose specification, "Interpolation".
    private static final Pattern VARIABLE =
            Pattern.compile(
                    "\\$(?:(?<escaped>\\$)|(?<bare>[A-Za-z_][A-Za-z0-9_]*)"
                            + "|\\{(?<name>[A-Za-z_][A-Za-z0-9_]*)(?:(?<operator>:?-)(?<default>[^}]*))?\\})");

    private final Map<String, String> variables;
    private final Set<String> images = new LinkedHashSet<>();

    private ImageFile(Map<String, String> variables) {
        this.variables = variables;
    }

    /// Each once, in the order of the file.
    ///
    /// @param variables what compose files may refer to
    /// @throws IllegalArgumentException if it cannot be read, or names something that is no image
    public static List<ImageName> read(Path file, Map<String, String> variables) {
        ImageFile found = new ImageFile(variables);
        try {
            found.find(Files.readString(file), file);
            return found.images.stream().map(ImageName::parse).distinct().toList();
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(file + ": there is no such file", e);
        } catch (MalformedInputException e) {
            throw new IllegalArgumentException(file + ": is not text (UTF-8)", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    private void find(String text, Path file) {
        List<Object> documents = new ArrayList<>();
        try {
            LoadSettings settings = LoadSettings.builder().setLabel(file.toString()).build();
            new Load(settings).loadAllFromString(text).forEach(documents::add);
        } catch (YamlEngineException e) {
            if (isYaml(file)) {
                throw new IllegalArgumentException(e.getMessage(), e);
            }
            documents.clear();
        }
        if (documents.stream().anyMatch(Map.class::isInstance)) {
            documents.forEach(this::findInDocument);
        } else {
            text.lines()
                    .map(line -> line.replaceFirst("(^|\\s)#.*", "").strip())
                    .filter(line -> !line.isEmpty())
                    .forEach(images::add);
        }
    }

    private static boolean isYaml(Path file) {
        return file.toString().endsWith(".yaml") || file.toString().endsWith(".yml");
    }

    private void findInDocument(Object document) {
        if (document instanceof Map<?, ?> map
                && map.get("services") instanceof Map<?, ?> services) {
            services.values().forEach(this::findInService);
        } else {
            findInKubernetes(document);
        }
    }

    /// One that is built is not pulled.
    private void findInService(Object service) {
        if (service instanceof Map<?, ?> map
                && map.get("image") instanceof String image
                && !map.containsKey("build")) {
            images.add(interpolated(image));
        }
    }

    /// Pods are templates in many kinds of things, also in such as only a cluster knows.
    private void findInKubernetes(Object value) {
        if (value instanceof List<?> list) {
            list.forEach(this::findInKubernetes);
        } else if (value instanceof Map<?, ?> map) {
            map.forEach((key, child) -> {
                if (child instanceof List<?> containers && CONTAINERS.contains(key)) {
                    containers.forEach(this::findInContainer);
                } else {
                    findInKubernetes(child);
                }
            });
        }
    }

    private void findInContainer(Object container) {
        if (container instanceof Map<?, ?> map && map.get("image") instanceof String image) {
            images.add(image);
        }
    }

    private String interpolated(String image) {
        Matcher variable = VARIABLE.matcher(image);
        StringBuilder text = new StringBuilder();
        while (variable.find()) {
            variable.appendReplacement(text, Matcher.quoteReplacement(value(variable)));
        }
        return variable.appendTail(text).toString();
    }

    private String value(Matcher variable) {
        if (variable.group("escaped") != null) {
            return "$";
        }
        String bare = variable.group("bare");
        String name = bare == null ? variable.group("name") : bare;
        String operator = variable.group("operator");
        String value = variables.get(name);
        if (value != null && !(":-".equals(operator) && value.isEmpty())) {
            return value;
        }
        if (operator == null) {
            throw new IllegalArgumentException("the variable " + name + " is not set");
        }
        return Objects.requireNonNullElse(variable.group("default"), "");
    }
}
