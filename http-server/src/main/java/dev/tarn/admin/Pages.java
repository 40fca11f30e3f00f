package dev.tarn.admin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/// The files of the dashboard, out of the jar.
final class Pages {

    /// A path without a dot but before its suffix cannot lead out of the folder.
    private static final Pattern PATH =
            Pattern.compile("/((?:[a-z0-9-]+/){0,3}[a-z0-9-]+)\\.([a-z]+)");

    private static final Map<String, String> TYPES =
            Map.of(
                    "html", "text/html; charset=utf-8",
                    "js", "text/javascript; charset=utf-8",
                    "css", "text/css; charset=utf-8",
                    "svg", "image/svg+xml");

    /// One of them.
    record Page(String type, ByteBuffer bytes) {}

    private final Map<String, Optional<Page>> pages = new ConcurrentHashMap<>();

    Optional<Page> find(String path) {
        String file = path.equals("/") ? "/index.html" : path;
        var parts = PATH.matcher(file);
        String type = parts.matches() ? TYPES.get(parts.group(2)) : null;
        return type == null ? Optional.empty() : pages.computeIfAbsent(file, _ -> read(file, type));
    }

    private static Optional<Page> read(String file, String type) {
        try (InputStream in = Pages.class.getResourceAsStream("ui" + file)) {
            return in == null
                    ? Optional.empty()
                    : Optional.of(new Page(type, ByteBuffer.wrap(in.readAllBytes())));
        } catch (IOException e) {
            throw new UncheckedIOException("the jar cannot be read", e);
        }
    }
}
