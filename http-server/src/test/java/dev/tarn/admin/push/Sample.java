package dev.tarn.admin.push;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/// Notifications as registries send them.
final class Sample {

    private Sample() {}

    static byte[] of(String sender) {
        try (InputStream in = Sample.class.getResourceAsStream(sender + ".json")) {
            return Objects.requireNonNull(in, sender).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
