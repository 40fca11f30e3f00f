package dev.tarn.cli;

import dev.tarn.config.Address;
import dev.tarn.config.TarnConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Where the mirror runs that a command asks, and how it is asked.
final class AdminOption {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final JsonMapper JSON = JsonMapper.builder().build();

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
        TarnConfig read = config.read(environment);
        URI admin = url == null ? local("http", read.admin().address()) : checked("--admin", url);
        HttpRequest.Builder request =
                HttpRequest.newBuilder(admin.resolve("/api/v1/" + call)).timeout(PATIENCE);
        read.admin()
                .token()
                .ifPresent(token -> request.header("Authorization", "Bearer " + token.reveal()));
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            HttpResponse<String> answer =
                    client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new AskException(admin + " answered " + answer.statusCode() + why(answer));
            }
            return JSON.readTree(answer.body());
        } catch (JacksonException e) {
            throw new AskException(admin + " is not the admin port of a Tarn mirror", e);
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

    private static String why(HttpResponse<String> answer) {
        return answer.statusCode() == 401 ? ": set admin.token in the configuration" : "";
    }

    /// Where this machine reaches what listens there.
    static URI local(String scheme, Address address) {
        return URI.create(scheme + "://" + address.local());
    }
}
