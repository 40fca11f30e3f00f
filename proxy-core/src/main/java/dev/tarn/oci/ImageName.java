package dev.tarn.oci;

import dev.tarn.oci.RegistryException.Malformed;
import java.util.Optional;

/// An image as people and manifests name it: `alpine`, `quay.io/a/b:v1`, `ghcr.io/a/b@sha256:…`.
///
/// @param tag what was given, `latest` where neither a tag nor a digest was
/// @param digest counts where there is one, whatever the tag says
public record ImageName(
        RegistryHost registry,
        RepositoryName repository,
        Optional<Tag> tag,
        Optional<Digest> digest) {

    /// Reads a name as Docker does.
    ///
    /// @throws IllegalArgumentException if this names no image
    public static ImageName parse(String text) {
        try {
            int at = text.indexOf('@');
            Optional<Digest> digest =
                    at < 0 ? Optional.empty() : Optional.of(Digest.parse(text.substring(at + 1)));
            String named = at < 0 ? text : text.substring(0, at);
            int colon = named.indexOf(':', named.lastIndexOf('/') + 1);
            Optional<Tag> tag =
                    colon < 0
                            ? Optional.of(new Tag("latest")).filter(_ -> digest.isEmpty())
                            : Optional.of(new Tag(named.substring(colon + 1)));
            return of(colon < 0 ? named : named.substring(0, colon), tag, digest);
        } catch (Malformed e) {
            throw new IllegalArgumentException("'" + text + "' is no image: " + e.getMessage(), e);
        }
    }

    /// The first part is a registry where it could not be the name of a user.
    private static ImageName of(String path, Optional<Tag> tag, Optional<Digest> digest) {
        int slash = path.indexOf('/');
        String first = slash < 0 ? "" : path.substring(0, slash);
        boolean isRegistry =
                first.contains(".") || first.contains(":") || first.equals("localhost");
        RegistryHost registry =
                isRegistry ? DockerHub.canonical(new RegistryHost(first)) : DockerHub.HOST;
        RepositoryName name = new RepositoryName(isRegistry ? path.substring(slash + 1) : path);
        return new ImageName(registry, DockerHub.inFull(registry, name), tag, digest);
    }

    /// What a registry is asked for.
    public Reference reference() {
        return digest.isPresent() ? digest.get() : tag.orElseThrow();
    }

    /// The repository, under the name that the mirror keeps it by.
    public Repository place() {
        return new Repository(registry, repository);
    }

    /// In full.
    @Override
    public String toString() {
        return registry
                + "/"
                + repository
                + tag.map(it -> ":" + it).orElse("")
                + digest.map(it -> "@" + it).orElse("");
    }
}
