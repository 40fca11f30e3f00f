package dev.tarn.admin.push;

import dev.tarn.oci.DockerHub;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.Tag;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a registry tells when something has happened there. Each has its own way to say it; which
/// one this is shows in what it consists of. It is read within limits: whoever knows the secret may
/// still be wrong.
///
/// @param pushes the tags that were pushed; none where it tells of something else
public record Notification(Sender sender, List<Push> pushes) {

    /// Whose way of saying it this is.
    public enum Sender {
        DISTRIBUTION,
        HARBOR,
        DOCKER_HUB,
        GITHUB,
        QUAY
    }

    private static final String GHCR_IO = "ghcr.io";

    private static final JsonMapper JSON =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(64)
                                                    .maxStringLength(256 << 10)
                                                    .maxNameLength(1 << 10)
                                                    .maxTokenCount(100_000)
                                                    .build())
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    public Notification {
        pushes = List.copyOf(pushes);
    }

    /// Reads what one of them sends.
    ///
    /// @throws IllegalArgumentException with what is wrong, and where
    public static Notification parse(ByteBuffer body) {
        Fields all = new Fields(read(body), "");
        if (all.has("events")) {
            return new Notification(Sender.DISTRIBUTION, distribution(all));
        }
        if (all.has("event_data")) {
            return new Notification(Sender.HARBOR, harbor(all));
        }
        if (all.has("push_data")) {
            return new Notification(Sender.DOCKER_HUB, dockerHub(all));
        }
        if (all.has("package") || all.has("registry_package") || all.has("hook_id")) {
            return new Notification(Sender.GITHUB, gitHub(all));
        }
        if (all.has("docker_url")) {
            return new Notification(Sender.QUAY, quay(all));
        }
        throw new IllegalArgumentException(
                "this is no notification of Distribution (events), Harbor (event_data), Docker Hub"
                        + " (push_data), GitHub (package or registry_package) or Quay (docker_url)");
    }

    private static JsonNode read(ByteBuffer body) {
        byte[] bytes = new byte[body.remaining()];
        body.duplicate().get(bytes);
        try {
            JsonNode document = JSON.readTree(bytes);
            if (document != null && document.isObject()) {
                return document;
            }
        } catch (JacksonException e) {
            throw new IllegalArgumentException(place(e) + "not JSON: " + e.getOriginalMessage(), e);
        }
        throw new IllegalArgumentException("the body is not a JSON object");
    }

    /// A limit that is exceeded has no place.
    private static String place(JacksonException e) {
        TokenStreamLocation at = e.getLocation();
        return at == null ? "" : "line " + at.getLineNr() + ", column " + at.getColumnNr() + ": ";
    }

    /// distribution.github.io, "Work with notifications": blobs and the manifests of an index are
    /// told of too, but have no tag.
    private static List<Push> distribution(Fields envelope) {
        return envelope.each("events")
                .filter(event -> event.text("action").equals("push"))
                .flatMap(Notification::distributionPush)
                .toList();
    }

    private static Stream<Push> distributionPush(Fields event) {
        Fields target = event.in("target");
        Fields request = event.in("request");
        Optional<RegistryHost> host = request.find("host").map(text -> request.host("host", text));
        return target
                .find("tag")
                .map(tag -> push(host, target, "repository", target.tag("tag", tag)))
                .stream();
    }

    /// goharbor.io, "Configure Webhook Notifications", the format called Default.
    private static List<Push> harbor(Fields event) {
        if (!event.text("type").equals("PUSH_ARTIFACT")) {
            return List.of();
        }
        Fields data = event.in("event_data");
        return data.each("resources")
                .flatMap(resource -> harborPush(data.in("repository"), resource))
                .toList();
    }

    private static Stream<Push> harborPush(Fields repository, Fields resource) {
        Optional<RegistryHost> host =
                resource.find("resource_url").map(url -> resource.host("resource_url", host(url)));
        return resource
                .find("tag")
                .map(tag -> push(host, repository, "repo_full_name", resource.tag("tag", tag)))
                .stream();
    }

    /// docs.docker.com, "Webhooks".
    private static List<Push> dockerHub(Fields event) {
        Fields pushed = event.in("push_data");
        return pushed
                .find("tag")
                .map(tag ->
                        push(
                                Optional.of(DockerHub.HOST),
                                event.in("repository"),
                                "repo_name",
                                pushed.tag("tag", tag)))
                .stream()
                .toList();
    }

    /// docs.github.com, "Webhook events and payloads": `package` and `registry_package` say the
    /// same; a hook that is new sends a `ping`.
    private static List<Push> gitHub(Fields event) {
        Fields image = event.in(event.has("package") ? "package" : "registry_package");
        boolean isPush =
                event.find("action").orElse("").equals("published")
                        && image.find("package_type").orElse("").equalsIgnoreCase("container");
        if (!isPush) {
            return List.of();
        }
        Fields version = image.in("package_version");
        Fields tag = version.in("container_metadata").in("tag");
        String host = version.find("package_url").map(Notification::host).orElse(GHCR_IO);
        String repository = image.text("namespace") + "/" + image.text("name");
        return tag
                .find("name")
                .map(name ->
                        new Push(
                                Optional.of(version.host("package_url", host)),
                                image.repository("name", repository.toLowerCase(Locale.ROOT)),
                                tag.tag("name", name)))
                .stream()
                .toList();
    }

    /// docs.quay.io, "Repository notifications".
    private static List<Push> quay(Fields event) {
        String url = event.text("docker_url");
        RegistryHost host = event.host("docker_url", host(url));
        return event.names("updated_tags").stream()
                .map(name -> event.tag("updated_tags", name))
                .map(tag -> push(Optional.of(host), event, "repository", tag))
                .toList();
    }

    private static Push push(
            Optional<RegistryHost> host, Fields fields, String repository, Tag tag) {
        return new Push(host, fields.repository(repository, fields.text(repository)), tag);
    }

    /// Of `registry.local:5000/team/app:v1`.
    private static String host(String url) {
        String bare = url.replaceFirst("^https?://", "");
        int slash = bare.indexOf('/');
        return slash < 0 ? bare : bare.substring(0, slash);
    }
}
