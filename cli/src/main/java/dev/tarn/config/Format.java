package dev.tarn.config;

import dev.tarn.oci.ImageName;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryHost;
import dev.tarn.storage.Capacity;
import dev.tarn.upstream.DockerConfig;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.format.ResolverStyle;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// How the text of a setting is written, and what it means.
@FunctionalInterface
interface Format<T> {

    /// Reads the text, or throws an `IllegalArgumentException` whose message goes on after "the
    /// text …": "is not a duration (such as 30s)". The message does not repeat the text, which may
    /// be a secret.
    T parse(String text);

    Format<String> TEXT = text -> text;

    Format<Boolean> TRUE_OR_FALSE =
            text ->
                    switch (text) {
                        case "true" -> true;
                        case "false" -> false;
                        default -> throw new IllegalArgumentException("is not true or false");
                    };

    Format<Path> PATH =
            text -> {
                try {
                    return Path.of(text);
                } catch (InvalidPathException e) {
                    throw new IllegalArgumentException("is not a path", e);
                }
            };

    Format<Path> READABLE_FILE =
            text -> {
                Path path = PATH.parse(text);
                if (!Files.exists(path)) {
                    throw new IllegalArgumentException("cannot be read: there is no such file");
                }
                if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
                    throw new IllegalArgumentException("cannot be read");
                }
                return path;
            };

    Format<RegistryHost> REGISTRY_HOST =
            text -> {
                try {
                    return new RegistryHost(text);
                } catch (RegistryException.Malformed e) {
                    throw new IllegalArgumentException(
                            "is not a registry host (such as docker.io or registry.local:5000)", e);
                }
            };

    /// Scheme, host, optional port, and nothing else.
    Format<URI> ORIGIN =
            text -> {
                URI uri;
                try {
                    uri = new URI(text);
                } catch (URISyntaxException e) {
                    throw new IllegalArgumentException("is not a URL", e);
                }
                String scheme =
                        uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
                if (!Set.of("http", "https").contains(scheme) || uri.getHost() == null) {
                    throw new IllegalArgumentException(
                            "is not an http:// or https:// URL with a host");
                }
                if (uri.getRawUserInfo() != null) {
                    throw new IllegalArgumentException(
                            "holds credentials (they belong into username and password)");
                }
                boolean isBare = Set.of("", "/").contains(uri.getRawPath());
                if (!isBare || uri.getRawQuery() != null || uri.getRawFragment() != null) {
                    throw new IllegalArgumentException(
                            "is more than scheme, host and port (such as https://registry-1.docker.io)");
                }
                if (uri.getPort() == 0 || uri.getPort() > 65_535) {
                    throw new IllegalArgumentException("has no port from 1 to 65535");
                }
                return URI.create(scheme + "://" + uri.getRawAuthority());
            };

    Format<DockerConfig> DOCKER_CONFIG =
            text -> {
                try {
                    return DockerConfig.read(READABLE_FILE.parse(text));
                } catch (IOException e) {
                    throw new IllegalArgumentException("is not a Docker config.json", e);
                }
            };

    Format<Capacity> CAPACITY =
            text -> {
                if (text.endsWith("%")) {
                    return new Capacity.Percent(Units.parsePercent(text));
                }
                return new Capacity.Bytes(size("1MiB", "1000000TiB").parse(text));
            };

    Format<ImageName> IMAGE =
            text -> {
                try {
                    return ImageName.parse(text);
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException("is no image (such as quay.io/a/b:v1)", e);
                }
            };

    /// A name that may be the value of a tag of a metric.
    Format<String> JOB_NAME =
            text -> {
                if (!text.matches("[a-z0-9][a-z0-9-]{0,62}")) {
                    throw new IllegalArgumentException(
                            "is not a name (of small letters, digits and hyphens)");
                }
                return text;
            };

    Format<LocalTime> TIME_OF_DAY =
            text -> {
                try {
                    return LocalTime.parse(
                            text,
                            DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT)
                                    .withResolverStyle(ResolverStyle.STRICT));
                } catch (DateTimeParseException e) {
                    throw new IllegalArgumentException("is not a time of day (such as 03:30)", e);
                }
            };

    static Format<Integer> integer(int min, int max) {
        return text -> {
            int number = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
            if (number < min || number > max) {
                throw new IllegalArgumentException(
                        "is not a whole number from " + min + " to " + max);
            }
            return number;
        };
    }

    static Format<Duration> duration(Duration min, Duration max) {
        return text -> {
            Duration duration = duration(max).parse(text);
            if (duration.compareTo(min) < 0) {
                throw new IllegalArgumentException("is less than " + min.toSeconds() + "s");
            }
            return duration;
        };
    }

    static Format<Duration> duration(Duration max) {
        return text -> {
            Duration duration = Units.parseDuration(text);
            if (duration.compareTo(max) > 0) {
                throw new IllegalArgumentException("is more than " + max.toMinutes() + "m");
            }
            return duration;
        };
    }

    static Format<Long> size(String min, String max) {
        return text -> {
            long size = Units.parseSize(text);
            if (size < Units.parseSize(min) || size > Units.parseSize(max)) {
                throw new IllegalArgumentException("is not a size from " + min + " to " + max);
            }
            return size;
        };
    }

    /// One of an enum's names, in lower case and with hyphens.
    static <E extends Enum<E>> Format<E> oneOf(Class<E> type) {
        List<String> names =
                Arrays.stream(type.getEnumConstants())
                        .map(value -> value.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                        .toList();
        return text -> {
            if (!names.contains(text)) {
                throw new IllegalArgumentException("is not one of " + String.join(", ", names));
            }
            return type.getEnumConstants()[names.indexOf(text)];
        };
    }
}
