package dev.tarn.admin.push;

import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.RepositoryName;
import dev.tarn.oci.Tag;
import java.util.Optional;

/// A tag that somebody pushed to a registry.
///
/// @param registry as the registry calls itself; empty where it does not say
public record Push(Optional<RegistryHost> registry, RepositoryName repository, Tag tag) {

    @Override
    public String toString() {
        return registry.map(host -> host + "/").orElse("") + repository + ":" + tag;
    }
}
