package dev.tarn.cli.doctor;

import dev.tarn.config.Address;
import dev.tarn.config.TarnConfig;
import dev.tarn.oci.Secret;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Looks whether the mirror could listen where it should, or does so already.
final class Ports {
    private static final String REGISTRY = "http.addr";
    private static final String ADMIN = "admin.addr";
    private static final Duration PATIENCE = Duration.ofSeconds(4);
    private static final int ANSWER_BYTES_MAX = 64 << 10;

    /// The admin API's `overview` says where clients reach the registry.
    private static final Pattern REGISTRY_URL =
            Pattern.compile("\"registryUrl\" ?: ?\"https?://[^\"]{1,300}:([0-9]{1,5})\"");

    private final Address registry;
    private final Address admin;
    private final Optional<Secret> token;

    Ports(TarnConfig config) {
        this.registry = config.http().address();
        this.admin = config.admin().address();
        this.token = config.admin().token();
    }

    List<Finding> findings() throws InterruptedException {
        Optional<IOException> registryTaken = listen(registry);
        Optional<IOException> adminTaken = listen(admin);
        OptionalInt mirrored = adminTaken.isPresent() ? mirrorsPort() : OptionalInt.empty();
        boolean isMirrored = mirrored.isPresent() && mirrored.getAsInt() == registry.port();
        return List.of(
                finding(REGISTRY, registry, registryTaken, isMirrored),
                finding(ADMIN, admin, adminTaken, mirrored.isPresent()));
    }

    private static Finding finding(
            String key, Address address, Optional<IOException> why, boolean isMirror) {
        if (why.isEmpty()) {
            return Finding.ok(key, address + " is free");
        }
        if (isMirror) {
            return Finding.ok(key, "a Tarn listens on " + address + " already");
        }
        String reason = String.valueOf(why.get().getMessage());
        if (reason.toLowerCase(Locale.ROOT).contains("already in use")) {
            return Finding.problem(
                    key,
                    address + " is taken, and not by the Tarn of this configuration",
                    "end what listens there (`ss -ltnp` names it), or set " + key);
        }
        return Finding.problem(
                key,
                address + ": " + reason,
                "set " + key + " to an address of this machine, and a port that is permitted");
    }

    /// Why not, if not.
    private static Optional<IOException> listen(Address address) {
        InetSocketAddress place =
                address.isEverywhere()
                        ? new InetSocketAddress(address.port())
                        : new InetSocketAddress(address.host(), address.port());
        if (place.isUnresolved()) {
            return Optional.of(new BindException("the name service does not know this name"));
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(place);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(e);
        }
    }

    /// The port of the registry of the mirror that listens on the admin port, if it is one.
    private OptionalInt mirrorsPort() throws InterruptedException {
        URI overview = URI.create("http://" + admin.local() + "/api/v1/overview");
        HttpRequest.Builder request = HttpRequest.newBuilder(overview).timeout(PATIENCE);
        token.ifPresent(it -> request.header("Authorization", "Bearer " + it.reveal()));
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            HttpResponse<String> answer =
                    client.send(
                            request.build(),
                            HttpResponse.BodyHandlers.limiting(
                                    HttpResponse.BodyHandlers.ofString(), ANSWER_BYTES_MAX));
            Matcher port = REGISTRY_URL.matcher(answer.body());
            return port.find()
                    ? OptionalInt.of(Integer.parseInt(port.group(1)))
                    : OptionalInt.empty();
        } catch (IOException e) {
            return OptionalInt.empty();
        }
    }
}
