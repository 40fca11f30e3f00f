package dev.tarn.http;

import dev.tarn.oci.Digest;
import dev.tarn.oci.ErrorCode;
import dev.tarn.oci.Reference;
import dev.tarn.oci.RegistryException.Malformed;
import dev.tarn.oci.RegistryException.Unknown;
import dev.tarn.oci.RegistryException.Unsupported;
import dev.tarn.oci.RepositoryName;
import dev.tarn.pull.PageQuery;
import dev.tarn.pull.TagPage;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// Every answer the API can give, next to its path. Reads like the specification's endpoint table.
public sealed interface Route {

    /// end-1: `GET|HEAD /v2/`
    record Base() implements Route {}

    /// end-2: `GET|HEAD /v2/<name>/blobs/<digest>`
    record Blob(RepositoryName name, Digest digest) implements Route {}

    /// end-3: `GET|HEAD /v2/<name>/manifests/<tag-or-digest>`
    record Manifest(RepositoryName name, Reference reference) implements Route {}

    /// end-8: `GET|HEAD /v2/<name>/tags/list?n=<n>&last=<tag>`
    record Tags(RepositoryName name, PageQuery page) implements Route {}

    /// end-12: `GET|HEAD /v2/<name>/referrers/<digest>?artifactType=<type>`
    record Referrers(RepositoryName name, Digest digest, PageQuery page) implements Route {}

    /// Parses once, at the edge. The path is taken raw: the grammar of the specification needs no
    /// percent-encoding, so traversal cannot be spelled. Names may hold any word (`a/blobs/b`), so
    /// the path is read from the right.
    static Route of(String method, String path, Query query) {
        if (!path.equals("/v2") && !path.startsWith("/v2/")) {
            throw noSuchEndpoint();
        }
        if (!method.equals("GET") && !method.equals("HEAD")) {
            throw new Unsupported("this is a mirror: it can be pulled from, and nothing else");
        }
        String rest = path.substring(Math.min("/v2/".length(), path.length()));
        if (rest.isEmpty()) {
            return new Base();
        }
        int beforeLast = rest.lastIndexOf('/');
        int beforeWord = rest.lastIndexOf('/', beforeLast - 1);
        if (beforeLast < 0) {
            throw noSuchEndpoint();
        }
        String name = rest.substring(0, Math.max(0, beforeWord));
        String last = rest.substring(beforeLast + 1);
        return switch (rest.substring(beforeWord + 1, beforeLast)) {
            case "blobs" -> new Blob(new RepositoryName(name), Digest.parse(last));
            case "manifests" -> new Manifest(new RepositoryName(name), Reference.parse(last));
            case "referrers" ->
                    new Referrers(new RepositoryName(name), Digest.parse(last), paging(query));
            case "tags" -> {
                if (!last.equals("list")) {
                    throw noSuchEndpoint();
                }
                yield new Tags(new RepositoryName(name), paging(query));
            }
            default -> throw noSuchEndpoint();
        };
    }

    private static Unknown noSuchEndpoint() {
        return new Unknown(ErrorCode.UNSUPPORTED, "no such endpoint");
    }

    /// The parameters that go on to the upstream: all but `ns`, which is for us. Registries name
    /// the next page as they like (`last`, `next_page`, `nextToken`), and their links are opaque;
    /// one that lost its parameter would lead to the same page for ever. `n` is never more than one
    /// page may hold (CVE-2023-2253).
    private static PageQuery paging(Query query) {
        SequencedMap<String, String> passed = new LinkedHashMap<>(query.parameters());
        passed.remove("ns");
        if (passed.containsKey("n")) {
            passed.put("n", Integer.toString(pageSize(passed.get("n"))));
        }
        return PageQuery.of(passed);
    }

    private static int pageSize(String text) {
        if (text.isEmpty() || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new Malformed(
                    ErrorCode.PAGINATION_NUMBER_INVALID, "n is not a number of results");
        }
        String significant = text.replaceFirst("^0+(?=.)", "");
        return significant.length() > 4
                ? TagPage.TAGS_MAX
                : Math.min(TagPage.TAGS_MAX, Integer.parseInt(significant));
    }
}
