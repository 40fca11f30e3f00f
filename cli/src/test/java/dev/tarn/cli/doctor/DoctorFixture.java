package dev.tarn.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.cli.doctor.FileSystems.Fullness;
import dev.tarn.cli.doctor.Finding.State;
import dev.tarn.config.ConfigReader;
import dev.tarn.upstream.FakeNames;
import dev.tarn.upstream.FakeRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A machine and a network on which all is well, with one upstream `good.test`; and what a test
/// wants otherwise.
final class DoctorFixture implements AutoCloseable {
    static final long GIGABYTE = 1_000_000_000;
    private static final Fullness HALF =
            new Fullness(100 * GIGABYTE, 50 * GIGABYTE, 50 * GIGABYTE, 1_000, 500);

    private final FakeRegistry good = FakeRegistry.start();
    private final Map<String, String> names = new HashMap<>();
    private final Map<String, String> environment = new HashMap<>();
    private final Path folder;
    private Fullness disk = HALF;
    private Duration patience = Doctor.PATIENCE;
    private String settings = "";
    private String upstreams = "";

    DoctorFixture(Path folder) {
        this.folder = folder;
    }

    /// The registry behind `good.test`.
    FakeRegistry good() {
        return good;
    }

    DoctorFixture name(String name, String address) {
        names.put(name, address);
        return this;
    }

    DoctorFixture environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    DoctorFixture disk(Fullness disk) {
        this.disk = disk;
        return this;
    }

    DoctorFixture patience(Duration patience) {
        this.patience = patience;
        return this;
    }

    /// Other sections of the configuration than the usual ones.
    DoctorFixture settings(String yaml) {
        settings = yaml;
        return this;
    }

    /// One more upstream, in YAML on one line.
    DoctorFixture upstream(String name, String yaml) {
        upstreams += "  " + name + ": {" + yaml + "}\n";
        return this;
    }

    DoctorFixture upstream(String name, FakeRegistry registry, String more) {
        String urls = "urls: [\"" + registry.uri() + "\"], insecure: true";
        return upstream(name, urls + (more.isEmpty() ? "" : ", " + more));
    }

    List<Finding> examine() throws IOException, InterruptedException {
        String usual =
                settings.isEmpty()
                        ? """
                        http: {addr: "127.0.0.1:0", connections: 100}
                        admin: {addr: "127.0.0.1:0"}
                        storage: {rootdirectory: "%s"}
                        """
                                .formatted(folder.resolve("store"))
                        : settings;
        String yaml =
                """
                %s
                default-upstream: good.test
                upstreams:
                  good.test: {urls: ["%s"], insecure: true}
                %s
                """
                        .formatted(usual, good.uri(), upstreams);
        Path file = Files.writeString(folder.resolve("tarn.yaml"), yaml);
        return new Doctor(environment, new FakeNames(names)::open, _ -> disk, patience)
                .examine(ConfigReader.read(Optional.of(file), Map.of()));
    }

    /// Everything that is not well.
    List<Finding> complaints() throws IOException, InterruptedException {
        return examine().stream().filter(finding -> finding.state() != State.OK).toList();
    }

    /// The only complaint, which is as bad as this and has a remedy.
    Finding only(State state) throws IOException, InterruptedException {
        List<Finding> complaints = complaints();
        assertThat(complaints).hasSize(1);
        assertThat(complaints.getFirst().state()).isEqualTo(state);
        assertThat(complaints.getFirst().remedy()).isPresent();
        return complaints.getFirst();
    }

    Finding onlyProblem() throws IOException, InterruptedException {
        return only(State.PROBLEM);
    }

    @Override
    public void close() {
        good.close();
    }
}
