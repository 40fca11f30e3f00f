package dev.tarn.oci;

import java.util.Set;

/// Docker's own registry, which goes by several names, and whose official images have a name of one
/// part.
public final class DockerHub {

    /// The name that people use.
    public static final RegistryHost HOST = new RegistryHost("docker.io");

    /// Names that clients have kept from earlier times, or that tell where it is dialled.
    private static final Set<RegistryHost> ALIASES =
            Set.of(new RegistryHost("index.docker.io"), new RegistryHost("registry-1.docker.io"));

    private DockerHub() {}

    /// The name by which a registry is known here, whichever of its names this is.
    public static RegistryHost canonical(RegistryHost host) {
        return ALIASES.contains(host) ? HOST : host;
    }

    /// What a registry calls a repository: `alpine` is `library/alpine` on Docker Hub.
    public static RepositoryName inFull(RegistryHost registry, RepositoryName name) {
        boolean isOfficial = registry.equals(HOST) && name.hasOnePart();
        return isOfficial ? new RepositoryName("library/" + name) : name;
    }
}
