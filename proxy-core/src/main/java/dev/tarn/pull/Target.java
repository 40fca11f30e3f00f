package dev.tarn.pull;

import dev.tarn.oci.Repository;
import dev.tarn.oci.RepositoryName;

/// What a request is about once it has been routed: a repository at one of the upstreams.
public final class Target {

    private final Upstream upstream;
    private final Repository repository;

    public Target(Upstream upstream, RepositoryName name) {
        this.upstream = upstream;
        this.repository = new Repository(upstream.host(), name);
    }

    public Upstream upstream() {
        return upstream;
    }

    /// As the upstream knows it.
    public RepositoryName name() {
        return repository.name();
    }

    public Repository repository() {
        return repository;
    }
}
