package dev.tarn.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import org.snakeyaml.engine.v2.nodes.Node;

/// What the sections of one configuration share while it is read.
final class Reading {

    private final List<Problem> problems = new ArrayList<>();
    private final List<Section> sections = new ArrayList<>();
    private final List<Shown> shown = new ArrayList<>();
    private final Environment environment;

    Reading(Map<String, String> variables) {
        environment = new Environment(variables, problems);
    }

    Section root(String name, Optional<Node> document) {
        return new Section(this, "", new Setting.Place(name, 0, 0, ""), document);
    }

    Environment environment() {
        return environment;
    }

    List<Problem> problems() {
        return problems;
    }

    /// What has been read, for people to see.
    List<Shown> shown() {
        return shown;
    }

    List<Section> sections() {
        return sections;
    }

    /// Looks for what nobody asked for, and throws if anything at all is wrong.
    void finish() {
        sections.forEach(Section::reportUnknown);
        environment.reportUnknown();
        if (!problems.isEmpty()) {
            throw new ConfigException(
                    problems.stream()
                            .sorted(Problem.IN_FILE_ORDER.thenComparing(Problem::where))
                            .toList());
        }
    }

    /// The paths of all keys that there are.
    NavigableSet<String> knownPaths() {
        NavigableSet<String> paths = new TreeSet<>();
        sections.forEach(section -> paths.addAll(section.knownPaths()));
        return paths;
    }
}
