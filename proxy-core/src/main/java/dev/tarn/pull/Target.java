package dev.tarn.pull;

import dev.tarn.oci.Repository;
import dev.tarn.oci.RepositoryName;

/// What a request is about once it has been routed: a repository at one of the upstreams.
public record Target(Upstream upstream, RepositoryName name) {

    public Repository repository() {
        return new Repository(upstream.host(), name);
    }
}
