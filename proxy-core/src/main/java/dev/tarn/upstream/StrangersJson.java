package dev.tarn.upstream;

import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads JSON that comes from outside: depth, lengths, number and size are limited
/// (CVE-2025-52999).
final class StrangersJson {
    static final int SIZE_MAX = 4 << 20;

    /// Many times what a list of tags has. Each `{},` becomes some hundred bytes.
    private static final int TOKENS_MAX = 500_000;

    private static final JsonMapper JSON =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(64)
                                                    .maxStringLength(1 << 20)
                                                    .maxTokenCount(TOKENS_MAX)
                                                    .maxDocumentLength(SIZE_MAX)
                                                    .build())
                                    .build())
                    .build();

    private StrangersJson() {}

    /// The document, where it is an object.
    static Optional<JsonNode> parse(byte[] body) {
        try {
            return Optional.ofNullable(JSON.readTree(body)).filter(JsonNode::isObject);
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    /// The text of a member; empty where it is none.
    static String text(JsonNode document, String name) {
        JsonNode member = document.path(name);
        return member.isString() ? member.asString() : "";
    }
}
