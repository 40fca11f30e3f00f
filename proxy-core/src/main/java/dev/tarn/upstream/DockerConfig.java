package dev.tarn.upstream;

import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// The credentials that `docker login` wrote into a `config.json`.
public final class DockerConfig {
    private static final Logger LOG = LoggerFactory.getLogger(DockerConfig.class);

    private final Map<String, Credentials> credentials;

    private DockerConfig(Map<String, Credentials> credentials) {
        this.credentials = Map.copyOf(credentials);
    }

    /// Reads the file. What it holds in a form that we cannot use is passed over, and said in the
    /// log.
    public static DockerConfig read(Path file) throws IOException {
        if (Files.size(file) > StrangersJson.SIZE_MAX) {
            throw new IOException(file + ": too large for a Docker config.json");
        }
        JsonNode document =
                StrangersJson.parse(Files.readAllBytes(file))
                        .orElseThrow(() -> new IOException(file + ": not a JSON object"));
        for (String helper : new String[] {"credsStore", "credHelpers"}) {
            if (document.has(helper)) {
                LOG.warn("{}: {} is not supported, only auths is read", file, helper);
            }
        }
        Map<String, Credentials> credentials = new HashMap<>();
        for (Map.Entry<String, JsonNode> entry : document.path("auths").properties()) {
            Optional<Credentials> found = credentials(entry.getValue());
            if (found.isPresent()) {
                credentials.put(host(entry.getKey()), found.get());
            } else {
                LOG.warn("{}: no username and password for {}", file, host(entry.getKey()));
            }
        }
        return new DockerConfig(credentials);
    }

    /// Whom we are at this registry.
    public Optional<Credentials> find(RegistryHost host) {
        return Optional.ofNullable(credentials.get(host.text()));
    }

    /// Docker Hub is written as `https://index.docker.io/v1/`, others as a host or its address.
    private static String host(String key) {
        String host = key.toLowerCase(Locale.ROOT).replaceFirst("^https?://", "");
        int slash = host.indexOf('/');
        host = slash < 0 ? host : host.substring(0, slash);
        boolean isDockerHub =
                host.equals("index.docker.io")
                        || host.equals("registry-1.docker.io")
                        || host.equals("docker.io");
        return isDockerHub ? "docker.io" : host;
    }

    private static Optional<Credentials> credentials(JsonNode entry) {
        if (!StrangersJson.text(entry, "identitytoken").isEmpty()) {
            LOG.warn("an identitytoken is not supported, use a username and a password or token");
            return Optional.empty();
        }
        String username = StrangersJson.text(entry, "username");
        String password = StrangersJson.text(entry, "password");
        String auth = StrangersJson.text(entry, "auth");
        if (!auth.isEmpty()) {
            String pair;
            try {
                pair = new String(Base64.getDecoder().decode(auth), StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
            int colon = pair.indexOf(':');
            username = pair.substring(0, Math.max(0, colon));
            password = pair.substring(colon + 1).replaceAll("\\x00+$", "");
        }
        return username.isEmpty() || password.isEmpty()
                ? Optional.empty()
                : Optional.of(new Credentials(username, new Secret(password)));
    }

    /// Says of whom, never what.
    @Override
    public String toString() {
        return "credentials for " + credentials.keySet();
    }
}
