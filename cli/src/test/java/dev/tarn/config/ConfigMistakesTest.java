package dev.tarn.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigMistakesTest {

    @TempDir private Path folder = Path.of("");
    private ConfigFile file = new ConfigFile(folder);

    @BeforeEach
    void useFolder() {
        file = new ConfigFile(folder);
    }

    @Test
    void fiveMistakesAreReportedAtOnceInTheOrderOfTheFile() throws IOException {
        assertThat(
                        file.problems(
                                """
                                http:
                                  adr: ":5000"
                                  draintimeout: 30 seconds
                                default-upstream: hub
                                upstreams:
                                  docker.io:
                                    urls: ["http://10.0.0.1"]
                                    connections: many
                                """))
                .containsExactly(
                        "tarn.yaml:2:3: http.adr: unknown key (did you mean 'addr'?)",
                        "tarn.yaml:3:17: http.draintimeout: '30 seconds' is not a duration"
                                + " (such as 200ms, 30s, 5m, 1h or 30d)",
                        "tarn.yaml:4:1: default-upstream: hub is not one of the upstreams: [docker.io]",
                        "tarn.yaml:7:5: upstreams.docker.io.urls: http:// needs 'insecure: true'"
                                + " beside it",
                        "tarn.yaml:8:18: upstreams.docker.io.connections: 'many' is not a whole number"
                                + " from 1 to 1000");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            textBlock =
                    """
                    htp: {}                                |1:1: htp: unknown key (did you mean 'http'?)
                    storage: {verify: never}               |1:19: storage.verify: 'never' is not one of scrub, always, fs-verity
                    storage: {scrub-rate: 0}               |1:23: storage.scrub-rate: '0' is not a size from 1MiB to 10GiB
                    storage: {size: 100GiB}                |1:11: storage.size: unknown key (allowed: rootdirectory, verify, scrub-interval, scrub-rate, capacity, eviction, pins)
                    storage: {capacity: 0%}                |1:21: storage.capacity: '0%' is not a share from 1% to 100%
                    storage: {capacity: 101%}              |1:21: storage.capacity: '101%' is not a share from 1% to 100%
                    storage: {capacity: a%}                |1:21: storage.capacity: 'a%' is not a share from 1% to 100%
                    storage: {capacity: 1KiB}              |1:21: storage.capacity: '1KiB' is not a size from 1MiB to 1000000TiB
                    storage: {capacity: much}              |1:21: storage.capacity: 'much' is not a size (such as 8MiB, 100GiB, 1GB or 4096)
                    storage: {eviction: fifo}              |1:21: storage.eviction: 'fifo' is not one of gdsf, lru, s3-fifo
                    storage: {pins: docker.io/a}           |1:17: storage.pins: is not a list
                    storage: {pins: [alpine]}              |1:18: storage.pins.0: 'alpine' is not registry/repository or registry/repository:tag (such as docker.io/library/*:latest)
                    http: 5000                             |1:7: http: is not a section
                    http: []                               |1:7: http: is not a section
                    http: {addr: [a]}                      |1:14: http.addr: is not a single value
                    http: {addr: }                         |1:13: http.addr: has no value
                    http: {addr: ""}                       |1:14: http.addr: has no value
                    http: {addr: 5000}                     |1:14: http.addr: '5000' is not an address (such as 127.0.0.1:5000, :5000 or [::1]:5000)
                    http: {addr: "::1:5000"}               |1:14: http.addr: '::1:5000' is not an address (such as 127.0.0.1:5000, :5000 or [::1]:5000)
                    http: {addr: ":66000"}                 |1:14: http.addr: ':66000' has no port from 0 to 65535
                    http: {addr: "a", addr: "b:1"}         |1:19: http.addr: is given twice
                    http: {draintimeout: 11m}              |1:22: http.draintimeout: '11m' is more than 10m
                    http: {draintimeout: -1s}              |1:22: http.draintimeout: '-1s' is not a duration (such as 200ms, 30s, 5m, 1h or 30d)
                    http: {tls: {certificate: /none}}      |1:27: http.tls.certificate: '/none' cannot be read: there is no such file
                    docker-config: /none                   |1:16: docker-config: '/none' cannot be read: there is no such file
                    docker-config: /                       |1:16: docker-config: '/' cannot be read
                    log: {level: loud}                     |1:14: log.level: 'loud' is not one of error, warn, info, debug, trace
                    log: {formatter: xml}                  |1:18: log.formatter: 'xml' is not one of text, json, logstash
                    admin: {addr: ':5001'}                 |1:9: admin.addr: can be reached from other machines: that needs a 'token' beside it
                    admin: {addr: 'tarn.example:5001'}     |1:9: admin.addr: can be reached from other machines: that needs a 'token' beside it
                    admin: {token: short}                  |1:9: admin.token: must have at least 16 characters
                    download: {chunk-size: 1KiB}           |1:24: download.chunk-size: '1KiB' is not a size from 64KiB to 1GiB
                    download: {chunk-size: big}            |1:24: download.chunk-size: 'big' is not a size (such as 8MiB, 100GiB, 1GB or 4096)
                    download: {connections: 0}             |1:25: download.connections: '0' is not a whole number from 1 to 64
                    download: {connections-in-all: 0}      |1:32: download.connections-in-all: '0' is not a whole number from 1 to 4096
                    download: {prefetch-max: 99999999TiB}  |1:26: download.prefetch-max: '99999999TiB' is larger than any disk
                    upstreams: {}                          |1:1: upstreams: there must be at least one
                    upstreams: [docker.io]                 |1:12: upstreams: is not a section
                    upstreams: {docker.io: x}              |1:24: upstreams.docker.io: is not a section
                    upstreams: {"a b": {}, docker.io: }    |1:13: upstreams.a b: 'a b' is not a registry host (such as docker.io or registry.local:5000)
                    upstreams: {docker.io: , Docker.io: }  |1:26: upstreams.Docker.io: is given twice
                    default-upstream: hub.local            |1:1: default-upstream: hub.local is not one of the upstreams: [docker.io, ghcr.io, quay.io, registry.k8s.io, gcr.io, public.ecr.aws, mcr.microsoft.com]
                    ? [a]                                  |1:3: a key must be text
                    - a                                    |1:1: is not a section
                    """)
    void aMistakeIsSaidWithItsLineAndColumn(String yaml, String problem) throws IOException {
        assertThat(file.problems(yaml)).contains("tarn.yaml:" + problem);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            textBlock =
                    """
                    urls: https://a.b              |7: urls: is not a list
                    urls: []                       |1: urls: must be at least one
                    urls: [https://a, https://a]   |1: urls: names the same one twice
                    urls: [ftp://a.b]              |8: urls.0: 'ftp://a.b' is not an http:// or https:// URL with a host
                    urls: [registry.local]         |8: urls.0: 'registry.local' is not an http:// or https:// URL with a host
                    urls: ["https://a b"]          |8: urls.0: 'https://a b' is not a URL
                    urls: ["https://a.b/v2"]       |8: urls.0: 'https://a.b/v2' is more than scheme, host and port (such as https://registry-1.docker.io)
                    urls: ["https://a.b?x"]        |8: urls.0: 'https://a.b?x' is more than scheme, host and port (such as https://registry-1.docker.io)
                    urls: ["https://a.b:99999"]    |8: urls.0: 'https://a.b:99999' has no port from 1 to 65535
                    urls: ["https://me:pw@a.b"]    |8: urls.0: the value holds credentials (they belong into username and password)
                    urls: ["http://a.b"]           |1: urls: http:// needs 'insecure: true' beside it
                    insecure: yes                  |11: insecure: 'yes' is not true or false
                    tag-ttl: 60                    |10: tag-ttl: '60' is not a duration (such as 200ms, 30s, 5m, 1h or 30d)
                    ca: /none                      |5: ca: '/none' cannot be read: there is no such file
                    username: me                   |1: username: needs a password
                    password: pw                   |1: password: needs a username
                    password-file: /none           |16: password-file: '/none' cannot be read: there is no such file
                    password: {a: b}               |11: password: is not a single value
                    hosts: [a/b]                   |9: hosts.0: 'a/b' is not a registry host (such as docker.io or registry.local:5000)
                    hosts: [[a]]                   |9: hosts.0: is not a single value
                    allowed-hosts: [""]            |17: allowed-hosts.0: has no value
                    connections: 0                 |14: connections: '0' is not a whole number from 1 to 1000
                    conections: 1                  |1: conections: unknown key (did you mean 'connections'?)
                    """)
    void aMistakeInAnUpstreamIsSaidWithItsLineAndColumn(String yaml, String problem)
            throws IOException {
        String[] columnAndRest = problem.split(": ", 2);
        int column = Integer.parseInt(columnAndRest[0]) + 4;
        assertThat(file.problems("upstreams:\n  docker.io:\n    " + yaml))
                .contains("tarn.yaml:3:" + column + ": upstreams.docker.io." + columnAndRest[1]);
    }

    @Test
    void aCertificateNeedsItsKeyAndTheOtherWayRound() throws IOException {
        Path pem = file.write("some.pem", "pem");

        assertThat(file.problems("http: {tls: {certificate: %s}}".formatted(pem)))
                .containsExactly("tarn.yaml:1:14: http.tls.certificate: needs a key");
        assertThat(file.problems("http: {tls: {key: %s}}".formatted(pem)))
                .containsExactly("tarn.yaml:1:14: http.tls.key: needs a certificate");
    }

    @Test
    void twoUpstreamsCannotHaveOneHost() throws IOException {
        assertThat(
                        file.problems(
                                """
                                upstreams:
                                  docker.io: {hosts: [mirror.local]}
                                  quay.io: {hosts: [Mirror.local]}
                                """))
                .containsExactly(
                        "tarn.yaml:3:13: upstreams.quay.io.hosts: mirror.local already leads to"
                                + " docker.io");
    }

    @Test
    void aPasswordStandsInOnePlace() throws IOException {
        Path secret = file.write("password", "hunter2");

        assertThat(
                        file.problems(
                                "upstreams: {docker.io: {username: me, password: x, password-file: %s}}"
                                        .formatted(secret)))
                .containsExactly(
                        "tarn.yaml:1:52: upstreams.docker.io.password-file: give this or password,"
                                + " not both");
    }

    @Test
    void anUpstreamWhoseNameIsNoHostNeedsAUrl() throws IOException {
        assertThat(file.problems("upstreams: {docker.io: , my_registry: {}}"))
                .containsExactly(
                        "tarn.yaml:1:26: upstreams.my_registry.urls: must be given:"
                                + " https://my_registry is not an http:// or https:// URL with a host");
        assertThat(file.problems("upstreams: {docker.io: , my_registry: {urls: ['https://a.b']}}"))
                .isEmpty();
    }

    @Test
    void aDockerConfigMustBeOne() throws IOException {
        Path text = file.write("config.json", "hello");

        assertThat(file.problems("docker-config: " + text))
                .containsExactly(
                        "tarn.yaml:1:16: docker-config: 'config.json' is not a Docker config.json");
    }

    @Test
    void noProblemShowsASecret() throws IOException {
        Path secret = file.write("password", "hunter2");
        List<String> problems = new ArrayList<>();
        for (String setting :
                List.of(
                        "password: hunter2, x: hunter2",
                        "password: [hunter2]",
                        "password: *hunter2",
                        "password: !hunter2!x y",
                        "password: &hunter2",
                        "password: !hunter2",
                        "password: \"hunter2",
                        "urls: ['https://a:hunter2@b/']")) {
            problems.addAll(file.problems("upstreams: {docker.io: {" + setting + "}}"));
        }
        problems.addAll(file.problems("", Map.of("TARN_HTTP_ADDR_FILE", secret.toString())));

        assertThat(problems)
                .hasSizeGreaterThan(7)
                .noneMatch(problem -> problem.contains("hunter2"));
    }

    @Test
    void aSyntaxErrorIsSaidWithItsLineAndColumn() throws IOException {
        assertThat(file.problems("http:\n  addr: [\n"))
                .singleElement()
                .asString()
                .startsWith("tarn.yaml:3:1: is not YAML: ");
    }

    @Test
    void aSecondDocumentIsASyntaxError() throws IOException {
        assertThat(file.problems("http: {}\n---\nadmin: {}\n"))
                .singleElement()
                .asString()
                .startsWith("tarn.yaml:2:1: is not YAML: ");
    }

    @Test
    void forbiddenCharactersAreNotYaml() throws IOException {
        assertThat(file.problems("http: \u0001"))
                .containsExactly("tarn.yaml: is not YAML: it holds the character U+0001");
    }

    @Test
    void aFileThatIsNotUtf8IsRefused() throws IOException {
        Path latin1 = folder.resolve("latin1.yaml");
        Files.write(latin1, "log: {level: \u00fc}".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(problemsOf(latin1)).containsExactly(latin1 + ": is not UTF-8 text");
    }

    @Test
    void aFileOfMoreThanOneMebibyteIsRefused() throws IOException {
        assertThat(file.problems("#" + "x".repeat(1 << 20)))
                .containsExactly("tarn.yaml: is larger than 1 MiB");
    }

    @Test
    void deepNestingIsRefusedBeforeItHurts() throws IOException {
        assertThat(file.problems("a: " + "[".repeat(500_000)))
                .containsExactly("tarn.yaml:1:23: is nested more than 20 deep");
    }

    @Test
    void manyAliasesAreRefused() throws IOException {
        assertThat(file.problems("a: &a b\nc: [" + "*a, ".repeat(101) + "]"))
                .singleElement()
                .asString()
                .endsWith("has more than 100 aliases");
    }

    private static List<String> problemsOf(Path path) {
        try {
            ConfigReader.read(Optional.of(path), Map.of());
            return List.of();
        } catch (ConfigException e) {
            return e.problems().stream().map(Problem::toString).toList();
        }
    }
}
