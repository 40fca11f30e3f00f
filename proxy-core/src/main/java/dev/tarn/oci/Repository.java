package dev.tarn.oci;

import org.jspecify.annotations.Nullable;

/// One repository of one registry. What the mirror knows is kept under this name: a blob that was
/// pulled through one repository is not thereby readable through another.
public record Repository(RegistryHost host, RepositoryName name) {

    // by hand, and faster than a record's own: this is a key on the way of every hit
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Repository that && name.equals(that.name) && host.equals(that.host);
    }

    @Override
    public int hashCode() {
        return 31 * host.hashCode() + name.hashCode();
    }

    @Override
    public String toString() {
        return host + "/" + name;
    }
}
