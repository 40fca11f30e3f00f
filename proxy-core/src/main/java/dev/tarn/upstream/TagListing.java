package dev.tarn.upstream;

import dev.tarn.oci.RegistryException.Malformed;
import dev.tarn.oci.Tag;
import dev.tarn.pull.PageQuery;
import dev.tarn.pull.TagPage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;

/// One request for a page of tags. Registries that do not know paging answer with everything: then
/// the page is cut out here.
///
/// @param parameters what the upstream is asked with, always with a limit `n`
record TagListing(SequencedMap<String, String> parameters, int n) {

    static TagListing of(PageQuery query) {
        SequencedMap<String, String> parameters = new LinkedHashMap<>(query.parameters());
        String asked = parameters.getOrDefault("n", "");
        int n =
                asked.matches("[0-9]{1,4}")
                        ? Math.min(Integer.parseInt(asked), TagPage.TAGS_MAX)
                        : TagPage.TAGS_MAX;
        parameters.put("n", Integer.toString(n));
        return new TagListing(parameters, n);
    }

    /// Empty where the body is no list of tags.
    Optional<TagPage> read(byte[] body, Optional<PageQuery> next) {
        Optional<JsonNode> document = StrangersJson.parse(body);
        if (document.isEmpty() || !document.get().has("tags")) {
            return Optional.empty();
        }
        JsonNode array = document.get().path("tags");
        if (!array.isArray() && !array.isNull()) {
            return Optional.empty();
        }
        List<String> tags = new ArrayList<>();
        for (JsonNode tag : array) {
            if (!isTag(tag)) {
                return Optional.empty();
            }
            tags.add(tag.asString());
        }
        return Optional.of(tags.size() <= n ? new TagPage(tags, next) : cutOut(tags));
    }

    private TagPage cutOut(List<String> all) {
        int start = all.indexOf(parameters.getOrDefault("last", "")) + 1;
        int end = Math.min(all.size(), start + n);
        List<String> page = all.subList(start, end);
        if (end == all.size() || page.isEmpty()) {
            return new TagPage(page, Optional.empty());
        }
        Map<String, String> next = new LinkedHashMap<>(parameters);
        next.put("last", page.getLast());
        return new TagPage(page, Optional.of(PageQuery.of(next)));
    }

    private static boolean isTag(JsonNode node) {
        try {
            return node.isString() && !new Tag(node.asString()).text().isEmpty();
        } catch (Malformed e) {
            return false;
        }
    }
}
