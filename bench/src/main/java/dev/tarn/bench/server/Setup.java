package dev.tarn.bench.server;

import dev.tarn.bench.load.Endpoint;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A server that is configured and can be started, more than once but not twice at a time.
public record Setup(
        Peer peer,
        Path folder,
        List<String> command,
        Map<String, String> environment,
        Endpoint endpoint) {

    /// The same with one more variable in its environment.
    public Setup with(String name, String value) {
        Map<String, String> more = new HashMap<>(environment);
        more.put(name, value);
        return new Setup(peer, folder, command, more, endpoint);
    }

    /// What it prints.
    public Path log() {
        return folder.resolve("output.log");
    }

    /// Where a server of static files looks for them.
    public Path files() {
        return folder.resolve("files");
    }

    /// Where Tarn has its store.
    public Path store() {
        return folder.resolve("store");
    }
}
