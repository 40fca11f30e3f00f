package dev.tarn.cli;

import dev.tarn.config.Address;
import dev.tarn.config.TarnConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Where the mirror runs that a command asks, and how it is asked.
final class AdminOption {

    private static final Duration CONNECT_TIME = Duration.ofSeconds(30);

    /// A purge reads all that the index holds.
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// No body.
    static final JsonNode NOTHING = JSON.createObjectNode();

    @Option(
            names = "--admin",
            paramLabel = "URL",
            description = "The admin port of the mirror. Without it, the one of the configuration.")
    private @Nullable URI url;

    @Mixin private ConfigOption config = new ConfigOption();

    /// What the admin API answers.
    ///
    /// @param call the part of the path behind `/api/v1/`, as in docs/api.yaml
    JsonNode ask(String call, Map<String, String> environment) throws InterruptedException {
        return send("GET", call, NOTHING, environment);
    }

    /// What it answers when it is asked to do something.
    ///
    /// @param body what it is told besides
    JsonNode send(String method, String call, JsonNode body, Map<String, String> environment)
            throws InterruptedException {
        HttpRequest.BodyPublisher told =
                body.isEmpty()
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofString(body.toString());
        return exchange(
                request -> request.method(method, told).timeout(PATIENCE),
                call,
                environment,
                HttpResponse.BodyHandlers.ofString(),
                answer -> JSON.readTree(answer.body()));
    }

    /// Hands over what the admin API tells as it happens, until it ends.
    void follow(String call, Map<String, String> environment, Consumer<Stream<String>> lines)
            throws InterruptedException {
        var _ =
                exchange(
                        request -> request,
                        call,
                        environment,
                        HttpResponse.BodyHandlers.ofLines(),
                        answer -> {
                            lines.accept(answer.body());
                            return NOTHING;
                        });
    }

    private <T> JsonNode exchange(
            UnaryOperator<HttpRequest.Builder> asking,
            String call,
            Map<String, String> environment,
            HttpResponse.BodyHandler<T> handler,
            Function<HttpResponse<T>, JsonNode> reading)
            throws InterruptedException {
        TarnConfig read = config.read(environment);
        URI admin = url == null ? local("http", read.admin().address()) : checked("--admin", url);
        HttpRequest.Builder request =
                asking.apply(HttpRequest.newBuilder(admin.resolve("/api/v1/" + call)));
        read.admin()
                .token()
                .ifPresent(token -> request.header("Authorization", "Bearer " + token.reveal()));
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT_TIME).build()) {
            HttpResponse<T> answer = client.send(request.build(), handler);
            if (answer.statusCode() != 200) {
                throw new AskException(admin + " answered " + answer.statusCode() + why(answer));
            }
            return reading.apply(answer);
        } catch (JacksonException e) {
            throw new AskException(admin + " is not the admin port of a Tarn mirror", e);
        } catch (UncheckedIOException e) {
            throw new AskException(admin + " does not answer any more", e);
        } catch (IOException e) {
            throw new AskException(
                    "no mirror answers at " + admin + ": is `tarn serve` running?", e);
        }
    }

    /// The URL that an option names.
    static URI checked(String option, URI url) {
        boolean isHttp = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        if (!isHttp || url.getHost() == null) {
            throw new AskException(
                    option + ": '" + url + "' is not a URL such as http://127.0.0.1:5000");
        }
        return url;
    }

    /// What the mirror says about it, where it is one.
    private static String why(HttpResponse<?> answer) {
        if (answer.statusCode() == 401) {
            return ": set admin.token in the configuration";
        }
        try {
            String message = JSON.readTree(text(answer)).path("message").asString("");
            return message.isEmpty() ? "" : ": " + message;
        } catch (JacksonException e) {
            return "";
        }
    }

    private static String text(HttpResponse<?> answer) {
        return answer.body() instanceof String text ? text : "";
    }

    /// Where this machine reaches what listens there.
    static URI local(String scheme, Address address) {
        return URI.create(scheme + "://" + address.local());
    }
}
