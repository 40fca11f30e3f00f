package dev.tarn.cli.setup;

import dev.tarn.oci.Digest;
import dev.tarn.oci.Digest.Algorithm;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What has been done to the files of one client, as is needed to take it back. It lies beside them
/// while they are changed.
///
/// @param files in the order in which they were written
/// @param folders that were made, the outermost first
record Receipt(List<Written> files, List<String> folders) {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int WRITES_MAX = 16;

    /// One file.
    ///
    /// @param existed whether there was one, which is then in its backup
    /// @param digests of all that has been written there, the latest last
    /// @param next what has to be done once it is as it was before
    record Written(String path, boolean existed, List<String> digests, Optional<String> next) {

        Written {
            digests = List.copyOf(digests);
        }

        boolean wrote(byte[] bytes) {
            return digests.contains(digest(bytes));
        }

        Written and(byte[] bytes) {
            List<String> all = new ArrayList<>(digests);
            all.remove(digest(bytes));
            all.add(digest(bytes));
            int first = Math.max(0, all.size() - WRITES_MAX);
            return new Written(path, existed, all.subList(first, all.size()), next);
        }

        private static String digest(byte[] bytes) {
            return Digest.of(Algorithm.SHA256, Algorithm.SHA256.newHash().digest(bytes)).toString();
        }
    }

    Receipt {
        files = List.copyOf(files);
        folders = List.copyOf(folders);
    }

    static Receipt empty() {
        return new Receipt(List.of(), List.of());
    }

    Optional<Written> find(String path) {
        return files.stream().filter(it -> it.path.equals(path)).findFirst();
    }

    /// With this file, in the place of what was said of it before.
    Receipt with(Written file) {
        List<Written> all = new ArrayList<>(files);
        all.replaceAll(it -> it.path.equals(file.path) ? file : it);
        if (find(file.path).isEmpty()) {
            all.add(file);
        }
        return new Receipt(all, folders);
    }

    Receipt without(Written file) {
        return new Receipt(files.stream().filter(it -> !it.equals(file)).toList(), folders);
    }

    Receipt withFolders(List<String> more) {
        Set<String> all = new LinkedHashSet<>(folders);
        all.addAll(more);
        return new Receipt(files, List.copyOf(all));
    }

    byte[] json() {
        ObjectNode json = JSON.createObjectNode();
        ArrayNode list = json.putArray("files");
        for (Written file : files) {
            ObjectNode one = list.addObject().put("path", file.path).put("existed", file.existed);
            file.digests.forEach(one.putArray("written")::add);
            file.next.ifPresent(it -> one.put("next", it));
        }
        folders.forEach(json.putArray("folders")::add);
        return (json.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /// @throws SetupException if this is no receipt
    static Receipt parse(String path, byte[] bytes) {
        try {
            JsonNode json = JSON.readTree(bytes);
            List<Written> files = new ArrayList<>();
            for (JsonNode file : json.required("files")) {
                files.add(
                        new Written(
                                file.required("path").stringValue(),
                                file.required("existed").booleanValue(),
                                texts(file.required("written")),
                                file.path("next").stringValueOpt()));
            }
            return new Receipt(files, texts(json.required("folders")));
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            throw SetupException.at(
                    path,
                    at == null ? 1 : at.getLineNr(),
                    at == null ? 1 : at.getColumnNr(),
                    "is not what tarn client-config wrote: "
                            + e.getOriginalMessage().lines().findFirst().orElse(""));
        }
    }

    private static List<String> texts(JsonNode array) {
        return array.valueStream().map(JsonNode::stringValue).toList();
    }
}
