package dev.tarn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.oci.Descriptor;
import dev.tarn.upstream.FakeImage;
import dev.tarn.upstream.FakeRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.json.JsonMapper;

/// The commands that ask a running mirror: `tarn ls`, `pulls`, `stats` and `upstreams`.
@Timeout(60)
class AskCommandTest {

    private final FakeRegistry registry = FakeRegistry.start();
    private final FakeImage image = registry.addImage("library/app", "v1", 1, 300_000);
    @TempDir private Path root = Path.of("");
    private MirrorFixture mirror;

    @BeforeEach
    void start() {
        mirror = MirrorFixture.start(root, MirrorFixture.upstream("upstream.test", registry));
        mirror.client().get("/v2/library/app/manifests/v1");
        for (Descriptor blob : image.blobs()) {
            mirror.client().get("/v2/library/app/blobs/" + blob.digest());
        }
    }

    @AfterEach
    void stop() {
        mirror.close();
        registry.close();
    }

    private CommandLineTest.Said ask(String... arguments) {
        String[] all = List.of(arguments).toArray(new String[arguments.length + 2]);
        all[arguments.length] = "--admin";
        all[arguments.length + 1] = mirror.admin().uri().toString();
        return CommandLineTest.tarn(all);
    }

    @Test
    void lsListsTheImagesThatAreThere() {
        CommandLineTest.Said said = ask("ls");

        assertThat(said.err()).isEmpty();
        assertThat(said.exitCode()).isZero();
        assertThat(said.out().lines()).hasSize(2);
        assertThat(said.out().lines().toList().getFirst())
                .matches("IMAGE +SIZE +PLATFORMS +PULLS +DIGEST");
        assertThat(said.out().lines().toList().getLast())
                .startsWith("upstream.test/library/app:v1 ")
                .endsWith(image.digest().toString());
    }

    @Test
    void pullsListsThePullWithItsBytes() {
        assertThat(ask("pulls").out())
                .containsPattern("upstream\\.test/library/app:v1 +127\\.0\\.0\\.1 ");
    }

    @Test
    void statsCountsWhatWasAsked() {
        assertThat(ask("stats").out())
                .containsPattern("requests +" + (1 + image.blobs().size()))
                .containsPattern("from upstreams +30\\d kB")
                .containsPattern("stored blobs +" + image.blobs().size());
    }

    @Test
    void upstreamsSaysThatTheUpstreamIsUp() {
        assertThat(ask("upstreams").out()).containsPattern("upstream\\.test +up ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ls", "pulls", "stats", "upstreams"})
    void jsonAndYamlAreTheSameAndWhole(String command) {
        Object json = JsonMapper.shared().readValue(ask(command, "-o", "json").out(), Object.class);
        Object yaml =
                new Load(LoadSettings.builder().build())
                        .loadFromString(ask(command, "-o", "YAML").out());

        assertThat(json).isInstanceOf(Map.class);
        assertThat(((Map<?, ?>) yaml).keySet()).isEqualTo(((Map<?, ?>) json).keySet());
    }

    @Test
    void whatStrangersWroteDoesNotMoveTheCursor() {
        Table table = new Table("AGENT");
        table.add("docker\u001b[2J\u202e\n");
        StringWriter printed = new StringWriter();
        table.print(new PrintWriter(printed, true));

        assertThat(printed.toString().replace("\n", "").chars())
                .allMatch(it -> it >= ' ' && it < 0x7f);
        assertThat(printed.toString().lines()).hasSize(2);
    }

    @Test
    void anUnknownFormatIsAMistakeOnTheCommandLine() {
        CommandLineTest.Said said = ask("ls", "-o", "xml");

        assertThat(said.exitCode()).isEqualTo(2);
        assertThat(said.err()).contains("--output", "xml");
    }

    @Test
    void withoutAMirrorItSaysThatNoneAnswers() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        CommandLineTest.Said said =
                CommandLineTest.tarn("ls", "--admin", "http://127.0.0.1:" + free);

        assertThat(said)
                .isEqualTo(
                        new CommandLineTest.Said(
                                1,
                                "",
                                "tarn: no mirror answers at http://127.0.0.1:"
                                        + free
                                        + ": is `tarn serve` running?\n"));
    }

    @Test
    void anotherServerIsNotTakenForAMirror() {
        CommandLineTest.Said said =
                CommandLineTest.tarn("ls", "--admin", mirror.client().uri().toString());

        assertThat(said.exitCode()).isEqualTo(1);
        assertThat(said.err()).containsPattern("^tarn: http://127.0.0.1:\\d+/? answered 404\n$");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost:5001", "ftp://mirror", "http:///x"})
    void whatIsNoUrlIsNamed(String admin) {
        CommandLineTest.Said said = CommandLineTest.tarn("ls", "--admin", admin);

        assertThat(said.exitCode()).isEqualTo(1);
        assertThat(said.err())
                .isEqualTo(
                        "tarn: --admin: '"
                                + admin
                                + "' is not a URL such as http://127.0.0.1:5000\n");
    }
}
