package dev.tarn.upstream;

import dev.tarn.oci.ByteRange;
import dev.tarn.oci.Digest;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.RegistryException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a `FakeRegistry` holds, and the right answers to questions about it.
final class FakeContent {
    private static final Pattern PATH =
            Pattern.compile("/v2/(.+)/(blobs|manifests|tags|referrers)/([^/]+)");

    private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
    private final Map<String, RawManifest> manifests = new ConcurrentHashMap<>();
    private final Map<String, Map<String, Digest>> tags = new ConcurrentHashMap<>();
    private final Map<String, List<byte[]>> referrers = new ConcurrentHashMap<>();

    void addBlob(String name, Digest digest, byte[] bytes) {
        blobs.put(key(name, digest.toString()), bytes);
    }

    void removeBlob(String name, Digest digest) {
        blobs.remove(key(name, digest.toString()));
    }

    void addManifest(String name, RawManifest manifest) {
        manifests.put(key(name, manifest.digest().toString()), manifest);
    }

    void tag(String name, String tag, Digest digest) {
        tags.computeIfAbsent(name, _ -> new ConcurrentSkipListMap<>()).put(tag, digest);
    }

    void removeTag(String name, String tag) {
        tags.getOrDefault(name, Map.of()).remove(tag);
    }

    void setReferrers(String name, Digest subject, List<byte[]> pages) {
        referrers.put(key(name, subject.toString()), List.copyOf(pages));
    }

    /// What a token must be for, to be good for this request.
    String scope(FakeRequest request) {
        Matcher path = PATH.matcher(request.path());
        return path.matches() ? "repository:" + path.group(1) + ":pull" : "";
    }

    FakeAnswer answer(FakeRequest request) {
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            return FakeAnswer.error(405, "UNSUPPORTED");
        }
        Matcher path = PATH.matcher(request.path());
        if (request.path().equals("/v2/")) {
            return FakeAnswer.json(200, "{}")
                    .with("Docker-Distribution-Api-Version", "registry/2.0");
        }
        if (!path.matches()) {
            return FakeAnswer.error(404, "UNSUPPORTED");
        }
        String name = path.group(1);
        String last = path.group(3);
        return switch (path.group(2)) {
            case "blobs" -> blob(request, name, last);
            case "manifests" -> manifest(name, last);
            case "tags" -> tagPage(request, name);
            case "referrers" -> referrersPage(request, name, last);
            default -> throw new IllegalStateException(request.path());
        };
    }

    private FakeAnswer blob(FakeRequest request, String name, String digest) {
        byte[] bytes = blobs.get(key(name, digest));
        if (bytes == null) {
            return FakeAnswer.error(404, "BLOB_UNKNOWN");
        }
        FakeAnswer answer =
                new FakeAnswer(200, "application/octet-stream", bytes)
                        .named(Digest.parse(digest))
                        .with("Accept-Ranges", "bytes");
        Optional<ByteRange> range = request.header("Range").flatMap(ByteRange::parse);
        if (range.isEmpty()) {
            return answer;
        }
        try {
            return bytes.length == 0
                    ? unsatisfiable(answer, bytes)
                    : answer.part(range.get().of(bytes.length));
        } catch (RegistryException.RangeUnsatisfiable e) {
            return unsatisfiable(answer, bytes);
        }
    }

    private static FakeAnswer unsatisfiable(FakeAnswer answer, byte[] bytes) {
        answer.status = 416;
        answer.end = 0;
        return answer.with("Content-Range", "bytes */" + bytes.length);
    }

    private FakeAnswer manifest(String name, String reference) {
        Digest tagged = tags.getOrDefault(name, Map.of()).get(reference);
        String digest = tagged == null ? reference : tagged.toString();
        RawManifest manifest = manifests.get(key(name, digest));
        if (manifest == null) {
            return FakeAnswer.error(404, "MANIFEST_UNKNOWN");
        }
        byte[] bytes = new byte[manifest.size()];
        manifest.bytes().get(bytes);
        return new FakeAnswer(200, manifest.mediaType().text(), bytes).named(manifest.digest());
    }

    private FakeAnswer tagPage(FakeRequest request, String name) {
        Map<String, Digest> all = tags.get(name);
        if (all == null) {
            return FakeAnswer.error(404, "NAME_UNKNOWN");
        }
        Map<String, String> query = request.query();
        String last = query.getOrDefault("last", "");
        List<String> after = all.keySet().stream().filter(t -> t.compareTo(last) > 0).toList();
        int n = Math.min(Integer.parseInt(query.getOrDefault("n", "10000")), after.size());
        List<String> page = after.subList(0, n);
        String names = String.join(",", page.stream().map(t -> "\"" + t + "\"").toList());
        FakeAnswer answer =
                FakeAnswer.json(200, "{\"name\":\"" + name + "\",\"tags\":[" + names + "]}");
        if (n > 0 && n < after.size()) {
            String next = URLEncoder.encode(page.getLast(), StandardCharsets.UTF_8);
            String target = "/v2/%s/tags/list?last=%s&n=%d".formatted(name, next, n);
            answer.with("Link", "<" + target + ">; rel=\"next\"");
        }
        return answer;
    }

    /// Pages are asked for by `page`, counted from 0.
    private FakeAnswer referrersPage(FakeRequest request, String name, String subject) {
        List<byte[]> pages = referrers.get(key(name, subject));
        if (pages == null) {
            return FakeAnswer.error(404, "NOT_FOUND");
        }
        int page = Integer.parseInt(request.query().getOrDefault("page", "0"));
        FakeAnswer answer =
                new FakeAnswer(200, "application/vnd.oci.image.index.v1+json", pages.get(page));
        if (page + 1 < pages.size()) {
            String target = "/v2/%s/referrers/%s?page=%d".formatted(name, subject, page + 1);
            answer.with("Link", "<" + target + ">; rel=\"next\"");
        }
        return answer;
    }

    private static String key(String name, String reference) {
        return name + "@" + reference;
    }
}
