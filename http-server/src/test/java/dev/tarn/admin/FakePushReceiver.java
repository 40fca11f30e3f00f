package dev.tarn.admin;

import dev.tarn.admin.push.Push;
import dev.tarn.admin.push.PushReceiver;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.Secret;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/// Remembers what it is told; whatever is of `foreign` is none of its business.
final class FakePushReceiver implements PushReceiver {

    static final String SECRET = "a-secret-that-is-long";

    private volatile Optional<Secret> secret = Optional.of(new Secret(SECRET));
    private final List<String> received = new CopyOnWriteArrayList<>();
    private final List<Result> counted = new CopyOnWriteArrayList<>();

    void forgetSecret() {
        secret = Optional.empty();
    }

    List<String> received() {
        return received;
    }

    List<Result> counted() {
        return counted;
    }

    @Override
    public Optional<Secret> secret() {
        return secret;
    }

    @Override
    public Optional<String> receive(Push push, Optional<RegistryHost> upstream) {
        if (upstream.filter(host -> host.text().equals("foreign")).isPresent()) {
            return Optional.of("nobody knows it");
        }
        received.add(push.toString());
        return Optional.empty();
    }

    @Override
    public void count(Result result) {
        counted.add(result);
    }
}
