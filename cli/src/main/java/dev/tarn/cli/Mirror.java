package dev.tarn.cli;

import dev.tarn.config.TarnConfig;
import java.net.URI;
import java.util.Map;

/// draft until the parts are there
final class Mirror implements AutoCloseable {
    static Mirror start(TarnConfig config, Map<String, String> environment) {
        throw new StartException(
                "no parts yet " + config + environment.size(), new IllegalStateException());
    }

    URI url() {
        return URI.create("http://127.0.0.1:5000");
    }

    String readyLine() {
        return "";
    }

    @Override
    public void close() {}
}
