package dev.tarn.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Settings in the environment: `TARN_` and the path of the key in upper case, with `_` for
/// whatever is no letter or digit. With `_FILE` behind it the variable names a file that holds the
/// value.
final class Environment {

    private static final String PREFIX = "TARN_";
    private static final String FILE = "_FILE";
    private static final int FILE_BYTES_MAX = 64 << 10;

    /// Ours, but not settings: the launcher's, and what Kubernetes puts into every container beside
    /// a service whose name begins with `tarn`
    /// (kubernetes.io/docs/concepts/services-networking/service, "Environment variables").
    private static final Pattern NOT_SETTINGS =
            Pattern.compile(
                    "TARN_JAVA_HOME|TARN_JAVA_OPTS|TARN_(\\w+_)?SERVICE_(HOST|PORT(_\\w+)?)"
                            + "|TARN_(\\w+_)?PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?");

    private final Map<String, String> variables;
    private final List<Problem> problems;
    private final NavigableMap<String, String> pathsByName = new TreeMap<>();

    Environment(Map<String, String> variables, List<Problem> problems) {
        this.variables = variables;
        this.problems = problems;
    }

    /// What the environment says about the key at `path`.
    Optional<Setting> find(String path) {
        String name = name(path);
        claim(name, path);
        String text = variables.get(name);
        String file = variables.get(name + FILE);
        if (file == null) {
            return Optional.ofNullable(text).map(value -> Setting.of(value, place(name)));
        }
        claim(name + FILE, path);
        if (text != null) {
            problems.add(place(name + FILE).problem("give this or " + name + ", not both"));
        }
        return readSecret(Setting.of(file, place(name + FILE)), problems);
    }

    /// The variable that sets the key at `path`, or the first element of its list, if one does.
    Optional<Setting.Place> placeOf(String path) {
        String name = name(path);
        return Stream.of(name, name + FILE, name + "_0", name + "_0" + FILE)
                .filter(variables::containsKey)
                .findFirst()
                .map(Environment::place);
    }

    private static String name(String path) {
        return PREFIX + path.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }

    /// The text of the file that a setting names, without the line break at its end. It is never
    /// shown.
    static Optional<Setting> readSecret(Setting file, List<Problem> problems) {
        return file.parse(Environment::firstBytes, problems)
                .map(text -> new Setting(text, "the text in " + file.shown(), file.place()));
    }

    private static String firstBytes(String name) {
        Path path = Format.READABLE_FILE.parse(name);
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(FILE_BYTES_MAX + 1);
            if (bytes.length > FILE_BYTES_MAX) {
                throw new IllegalArgumentException("is larger than 64 KiB");
            }
            return new String(bytes, StandardCharsets.UTF_8).replaceFirst("\\r?\\n\\z", "");
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot be read", e);
        }
    }

    /// `a.b` and `a-b` have the same variable: it must not set both by accident.
    private void claim(String name, String path) {
        String other = pathsByName.putIfAbsent(name, path);
        if (other != null && !other.equals(path) && variables.containsKey(name)) {
            problems.add(place(name).problem("means both " + other + " and " + path));
        }
    }

    /// Finds the variables that look like settings and are none, once all settings have been asked
    /// for.
    void reportUnknown() {
        variables.keySet().stream()
                .filter(name -> name.startsWith(PREFIX) && !pathsByName.containsKey(name))
                .filter(name -> !NOT_SETTINGS.matcher(name).matches())
                .sorted()
                .map(name -> place(name).problem("unknown variable" + hint(name)))
                .forEach(problems::add);
    }

    private String hint(String name) {
        return Nearest.find(name, pathsByName.keySet())
                .map(near -> " (did you mean " + near + "?)")
                .orElse("");
    }

    private static Setting.Place place(String name) {
        return new Setting.Place(name, 0, 0, "");
    }
}
