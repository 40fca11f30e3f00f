package dev.tarn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.admin.Api;
import dev.tarn.report.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// `docs/api.yaml` describes the API as it is: each call, and each field of each answer with its
/// type.
class ApiDocumentTest {

    private static final Path DOCUMENT = Path.of("../docs/api.yaml");

    private static final Set<String> OPERATIONS =
            Set.of(
                    "POST /api/v1/scrub",
                    "POST /api/v1/pins",
                    "DELETE /api/v1/pins",
                    "POST /api/v1/purge",
                    "POST /api/v1/events");

    private final Map<?, ?> document = read();

    private static Map<?, ?> read() {
        try (InputStream in = Files.newInputStream(DOCUMENT)) {
            return (Map<?, ?>)
                    new Load(LoadSettings.builder().setLabel("api.yaml").build())
                            .loadFromInputStream(in);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Map<?, ?> at(Map<?, ?> map, String... path) {
        Map<?, ?> at = map;
        for (String key : path) {
            Object next = at.get(key);
            assertThat(next).as(String.join(" ", path)).isInstanceOf(Map.class);
            at = (Map<?, ?>) next;
        }
        return at;
    }

    @Test
    void itHasEachCall() throws IOException {
        Set<String> documented = new TreeSet<>();
        at(document, "paths")
                .forEach((path, methods) ->
                        ((Map<?, ?>) methods)
                                .keySet()
                                .forEach(method ->
                                        documented.add(
                                                method.toString().toUpperCase(Locale.ROOT)
                                                        + " /api/v1"
                                                        + path)));
        Set<String> calls =
                Arrays.stream(Api.class.getDeclaredMethods())
                        .filter(method ->
                                !java.lang.reflect.Modifier.isStatic(method.getModifiers()))
                        .map(method -> "GET /api/v1/" + method.getName())
                        .collect(Collectors.toCollection(TreeSet::new));
        calls.add("GET /api/v1/events");
        calls.addAll(OPERATIONS);

        assertThat(documented).isEqualTo(calls);
        String text = Files.readString(Path.of("../docs/observability.md"));
        assertThat(documented).allSatisfy(it -> assertThat(text).contains("`" + it + "`"));
    }

    @ParameterizedTest
    @CsvSource({
        "get, overview, Overview",
        "get, history, Minutes",
        "get, pulls, Pulls",
        "get, failures, FailureList",
        "get, images, Images",
        "get, upstreams, Upstreams",
        "get, store, Store",
        "get, config, Config",
        "get, scrub, ScrubPass",
        "get, pins, Pins",
        "get, inspect, Inspection",
        "post, scrub, ScrubPass",
        "post, pins, Pins",
        "delete, pins, Pins",
        "post, purge, Purged",
        "post, events, PushesHeard"
    })
    void eachAnswerHasTheFieldsThatItSays(String method, String call, String type)
            throws Exception {
        Map<?, ?> schema =
                at(
                        document,
                        "paths",
                        "/" + call,
                        method,
                        "responses",
                        "200",
                        "content",
                        "application/json",
                        "schema");

        assertIs(call, schema, Class.forName(Api.class.getName() + "$" + type));
    }

    @Test
    void itHasEachReasonForWhichSomethingFails() {
        Map<?, ?> reason = at(document, "components", "schemas", "Failure", "properties", "reason");

        assertThat(reason.get("enum"))
                .isEqualTo(Arrays.stream(Reason.values()).map(Reason::word).toList());
    }

    private void assertIs(String where, Map<?, ?> schema, Type type) {
        Object reference = schema.get("$ref");
        if (reference != null) {
            String[] path = reference.toString().substring(2).split("/", -1);
            assertIs(where, at(document, path), type);
            return;
        }
        Set<String> names = new TreeSet<>();
        if (schema.get("type") instanceof List<?> several) {
            several.forEach(one -> names.add(String.valueOf(one)));
            assertThat(names).as(where).contains("null");
        } else {
            names.add(String.valueOf(schema.get("type")));
        }
        boolean mayBeNothing = names.remove("null");
        Type value = mayBeNothing ? inOptional(where, type) : type;
        switch (names.iterator().next()) {
            case "object" -> assertIsObject(where, schema, (Class<?>) value);
            case "array" -> {
                assertThat(value).as(where).isInstanceOf(ParameterizedType.class);
                ParameterizedType list = (ParameterizedType) value;
                assertThat(list.getRawType()).as(where).isEqualTo(List.class);
                assertIs(where + "[]", at(schema, "items"), list.getActualTypeArguments()[0]);
            }
            case "string" -> assertThat(value).as(where).isIn(String.class, Instant.class);
            case "integer" -> assertThat(value).as(where).isIn(int.class, long.class);
            case "number" -> assertThat(value).as(where).isEqualTo(double.class);
            case "boolean" -> assertThat(value).as(where).isEqualTo(boolean.class);
            default -> throw new AssertionError(where + " has an unknown type");
        }
    }

    private static Type inOptional(String where, Type type) {
        if (type == OptionalLong.class) {
            return long.class;
        }
        if (type == OptionalInt.class) {
            return int.class;
        }
        assertThat(type).as(where).isInstanceOf(ParameterizedType.class);
        ParameterizedType optional = (ParameterizedType) type;
        assertThat(optional.getRawType()).as(where).isEqualTo(Optional.class);
        return optional.getActualTypeArguments()[0];
    }

    private void assertIsObject(String where, Map<?, ?> schema, Class<?> type) {
        Map<?, ?> properties = at(schema, "properties");
        List<String> fields =
                Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName).toList();

        assertThat(Set.copyOf(properties.keySet())).as(where).isEqualTo(Set.copyOf(fields));
        assertThat(schema.get("required")).as(where + " required").hasToString(fields.toString());
        for (RecordComponent field : type.getRecordComponents()) {
            assertIs(
                    where + "." + field.getName(),
                    at(properties, field.getName()),
                    field.getGenericType());
        }
    }
}
