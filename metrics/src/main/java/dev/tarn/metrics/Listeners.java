package dev.tarn.metrics;

import dev.tarn.oci.Digest;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryHost;
import dev.tarn.pull.PullListener;
import java.time.Duration;
import java.util.List;

/// Several who hear the same.
public record Listeners(List<PullListener> all) implements PullListener {

    public Listeners {
        all = List.copyOf(all);
    }

    @Override
    public void answering(Answering answering) {
        for (PullListener one : all) {
            one.answering(answering);
        }
    }

    @Override
    public void answered(Answered answer) {
        for (PullListener one : all) {
            one.answered(answer);
        }
    }

    @Override
    public void retried(RegistryHost upstream, RegistryException failure) {
        all.forEach(one -> one.retried(upstream, failure));
    }

    @Override
    public void downloaded(RegistryHost upstream, Digest digest, long bytes, Duration duration) {
        all.forEach(one -> one.downloaded(upstream, digest, bytes, duration));
    }

    @Override
    public void downloadFailed(RegistryHost upstream, Digest digest, RegistryException failure) {
        all.forEach(one -> one.downloadFailed(upstream, digest, failure));
    }
}
