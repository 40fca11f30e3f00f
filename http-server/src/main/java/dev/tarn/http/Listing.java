package dev.tarn.http;

import dev.tarn.oci.RepositoryName;
import dev.tarn.pull.PageQuery;
import dev.tarn.pull.Referrers;
import dev.tarn.pull.TagPage;
import dev.tarn.pull.Target;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Tags and referrers, page by page, always from upstream. The link to the next page leads to us,
/// under the name that the client uses.
final class Listing {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private Listing() {}

    static Response tags(Request request, Target target, Route.Tags tags)
            throws InterruptedException {
        boolean asksForNone = "0".equals(tags.page().parameters().get("n"));
        TagPage page =
                asksForNone
                        ? new TagPage(List.of(), Optional.empty())
                        : target.upstream().listTags(target.name(), tags.page());
        ObjectNode document = JSON.createObjectNode().put("name", tags.name().text());
        ArrayNode list = document.putArray("tags");
        page.tags().forEach(list::add);
        Response response =
                Response.bytes(
                        200, "application/json", ByteBuffer.wrap(JSON.writeValueAsBytes(document)));
        return withNext(response, request, tags.name(), "tags/list", page.next());
    }

    static Response referrers(Request request, Target target, Route.Referrers referrers)
            throws InterruptedException {
        Referrers found =
                target.upstream()
                        .listReferrers(target.name(), referrers.digest(), referrers.page());
        Response index =
                Response.bytes(200, found.index().mediaType().text(), found.index().bytes());
        Response filtered =
                found.filtersApplied()
                        .filter(Listing::isHeaderText)
                        .map(filters -> index.with("OCI-Filters-Applied", filters))
                        .orElse(index);
        return withNext(
                filtered,
                request,
                referrers.name(),
                "referrers/" + referrers.digest(),
                found.next());
    }

    private static Response withNext(
            Response response,
            Request request,
            RepositoryName name,
            String list,
            Optional<PageQuery> next) {
        return next.map(
                        query -> {
                            SequencedMap<String, String> parameters =
                                    new LinkedHashMap<>(query.parameters());
                            request.query().find("ns").ifPresent(ns -> parameters.put("ns", ns));
                            return response.with(
                                    "Link",
                                    "</v2/%s/%s?%s>; rel=\"next\""
                                            .formatted(
                                                    name,
                                                    list,
                                                    Query.encode(PageQuery.of(parameters))));
                        })
                .orElse(response);
    }

    private static boolean isHeaderText(String text) {
        return text.chars().allMatch(c -> c >= ' ' && c < 0x7f);
    }
}
