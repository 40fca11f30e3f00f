package dev.tarn.cli.setup;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.StringNode;

/// A JSON object that is edited as text, so that it stays as its owner wrote it.
record JsonText(String path, String text) {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    /// @throws SetupException if it is not one JSON object
    JsonText {
        text = text.isBlank() ? "{\n}\n" : text;
        array(path, text, "");
    }

    /// With `value` as the first of the array `key`, unless it is there already.
    JsonText withFirst(String key, String value) {
        Optional<Found> array = array(path, text, key);
        if (array.isPresent() && array.get().values.contains(value)) {
            return this;
        }
        String quoted = StringNode.valueOf(value).toString();
        Splice splice =
                array.map(it -> Splice.first(text, it.open, quoted))
                        .orElseGet(() -> member(StringNode.valueOf(key) + ": [" + quoted + "]"));
        return new JsonText(path, Splice.apply(text, List.of(splice)));
    }

    private Splice member(String member) {
        int open = text.indexOf('{');
        int first = open + 1;
        while (Character.isWhitespace(text.charAt(first))) {
            first++;
        }
        return text.charAt(first) == '}'
                ? new Splice(open + 1, first, "\n  " + member + "\n")
                : Splice.first(text, open, member);
    }

    /// An array of texts.
    ///
    /// @param open where its bracket is
    private record Found(int open, List<String> values) {}

    private static Optional<Found> array(String path, String text, String key) {
        Optional<Found> found = Optional.empty();
        try (JsonParser parser = JSON.createParser(text)) {
            expect(path, parser, parser.nextToken(), JsonToken.START_OBJECT, "an object");
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                boolean isIt = parser.currentName().equals(key);
                JsonToken token = parser.nextToken();
                if (isIt) {
                    expect(path, parser, token, JsonToken.START_ARRAY, "an array");
                    int open = (int) parser.currentTokenLocation().getCharOffset();
                    found = Optional.of(new Found(open, texts(path, parser)));
                } else {
                    parser.skipChildren();
                }
            }
            expect(path, parser, parser.nextToken(), null, "the end");
            return found;
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            throw SetupException.at(
                    path,
                    at.getLineNr(),
                    at.getColumnNr(),
                    "is not JSON: " + e.getOriginalMessage().lines().findFirst().orElse(""));
        }
    }

    private static List<String> texts(String path, JsonParser parser) {
        List<String> texts = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(path, parser, parser.currentToken(), JsonToken.VALUE_STRING, "a text");
            texts.add(parser.getString());
        }
        return texts;
    }

    private static void expect(
            String path,
            JsonParser parser,
            @Nullable JsonToken token,
            @Nullable JsonToken wanted,
            String name) {
        if (token != wanted) {
            TokenStreamLocation at = parser.currentTokenLocation();
            throw SetupException.at(
                    path, at.getLineNr(), at.getColumnNr(), "here " + name + " was expected");
        }
    }
}
