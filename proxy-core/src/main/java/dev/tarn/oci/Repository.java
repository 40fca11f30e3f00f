package dev.tarn.oci;

/// One repository of one registry. What the mirror knows is kept under this name: a blob that was
/// pulled through one repository is not thereby readable through another.
public record Repository(RegistryHost host, RepositoryName name) {

    @Override
    public String toString() {
        return host + "/" + name;
    }
}
