package dev.tarn.admin.push;

import dev.tarn.oci.RegistryException.Malformed;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.RepositoryName;
import dev.tarn.oci.Tag;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/// An object within a notification, and where it stands, so that whatever is wrong can be said of
/// its place: `events.2.target.repository is missing`.
record Fields(JsonNode node, String path) {

    /// What one notification may tell of at most.
    static final int ELEMENTS_MAX = 1_000;

    Fields in(String name) {
        return new Fields(node.path(name), at(name));
    }

    boolean has(String name) {
        return node.has(name);
    }

    /// The elements of a list; none where there is no such thing.
    Stream<Fields> each(String name) {
        JsonNode list = node.path(name);
        if (list.isMissingNode() || list.isNull()) {
            return Stream.empty();
        }
        if (!list.isArray()) {
            throw new IllegalArgumentException(at(name) + " is not a list");
        }
        if (list.size() > ELEMENTS_MAX) {
            throw new IllegalArgumentException(
                    at(name) + " has more than " + ELEMENTS_MAX + " elements");
        }
        return IntStream.range(0, list.size())
                .mapToObj(i -> new Fields(list.path(i), at(name) + "." + i));
    }

    /// The names of a list's elements, or of an object's fields, as old versions of Quay have them.
    List<String> names(String name) {
        JsonNode names = node.path(name);
        if (names.isObject() && names.size() <= ELEMENTS_MAX) {
            return List.copyOf(names.propertyNames());
        }
        return each(name).map(Fields::text).toList();
    }

    private String text() {
        if (!node.isString()) {
            throw new IllegalArgumentException(
                    path + (node.isMissingNode() ? " is missing" : " is not text"));
        }
        return node.asString();
    }

    String text(String name) {
        return in(name).text();
    }

    /// Empty where it is not there, or says nothing.
    Optional<String> find(String name) {
        JsonNode value = node.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        return Optional.of(text(name)).filter(text -> !text.isEmpty());
    }

    RepositoryName repository(String name, String text) {
        return valid(name, text, RepositoryName::new);
    }

    Tag tag(String name, String text) {
        return valid(name, text, Tag::new);
    }

    RegistryHost host(String name, String text) {
        return valid(name, text, RegistryHost::new);
    }

    private <T> T valid(String name, String text, Function<String, T> value) {
        try {
            return value.apply(text);
        } catch (Malformed e) {
            throw new IllegalArgumentException(at(name) + ": " + e.getMessage(), e);
        }
    }

    private String at(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
