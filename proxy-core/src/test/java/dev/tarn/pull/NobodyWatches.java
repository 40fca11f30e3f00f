package dev.tarn.pull;

import dev.tarn.oci.RegistryException;

/// A download that nobody follows.
class NobodyWatches implements Download.Observer {

    @Override
    public void opened() {}

    @Override
    public void retried(RegistryException failure) {}

    @Override
    public void committed(long size) {}

    @Override
    public void failed(RegistryException failure) {}

    @Override
    public void ended() {}
}
