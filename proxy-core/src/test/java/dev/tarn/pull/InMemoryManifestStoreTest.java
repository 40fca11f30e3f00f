package dev.tarn.pull;

class InMemoryManifestStoreTest extends ManifestStoreContract {

    private final InMemoryManifestStore store = new InMemoryManifestStore();

    @Override
    protected ManifestStore store() {
        return store;
    }
}
