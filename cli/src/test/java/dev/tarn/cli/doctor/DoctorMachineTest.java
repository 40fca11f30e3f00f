package dev.tarn.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.cli.MirrorFixture;
import dev.tarn.cli.doctor.FileSystems.Fullness;
import dev.tarn.cli.doctor.Finding.State;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the doctor says of disks, folders and ports.
@Timeout(60)
class DoctorMachineTest {
    @TempDir private Path folder = Path.of("");
    private DoctorFixture doctor;

    @BeforeEach
    void open() {
        doctor = new DoctorFixture(folder);
    }

    @AfterEach
    void close() {
        doctor.close();
    }

    @ParameterizedTest
    @CsvSource({"99, 50, PROBLEM, bytes", "91, 50, WARNING, bytes", "50, 99, PROBLEM, inodes"})
    void theDiskIsFull(int bytesPercent, int filesPercent, State state, String of)
            throws Exception {
        long used = bytesPercent * DoctorFixture.GIGABYTE;
        long all = 100 * DoctorFixture.GIGABYTE;
        doctor.disk(new Fullness(all, used, all - used, 100, 100 - filesPercent));

        Finding finding = doctor.only(state);
        int percent = Math.max(bytesPercent, filesPercent);
        assertThat(finding.where()).isEqualTo("disk");
        assertThat(finding.what()).startsWith(percent + " % of its " + of + " are taken");
    }

    @Test
    void theCapacityIsLargerThanTheDisk() throws Exception {
        doctor.settings(
                """
                http: {addr: "127.0.0.1:0", connections: 100}
                admin: {addr: "127.0.0.1:0"}
                storage: {rootdirectory: "%s", capacity: 101GB}
                """
                        .formatted(folder));

        Finding problem = doctor.onlyProblem();
        assertThat(problem.where()).isEqualTo("storage.capacity");
        assertThat(problem.what()).isEqualTo("101000 MB are more than the disk has: 100000 MB");
    }

    @Test
    void theStoreIsNoFolder() throws Exception {
        Files.writeString(folder.resolve("store"), "a file");

        assertThat(doctor.onlyProblem().where()).isEqualTo("storage.rootdirectory");
    }

    @Test
    void thisFileSystemSaysHowFullItIs() throws IOException {
        Fullness disk = new Statvfs().of(folder);

        assertThat(disk.bytes()).isEqualTo(Files.getFileStore(folder).getTotalSpace());
        assertThat(disk.bytesShare()).isBetween(0.0, 1.0);
        assertThat(disk.filesShare()).isBetween(0.0, 1.0);
        assertThat(disk.usedBytes()).isLessThan(disk.bytes());
    }

    private void settings(int port, int adminPort) {
        doctor.settings(
                """
                http: {addr: "127.0.0.1:%d", connections: 100}
                admin: {addr: "127.0.0.1:%d"}
                storage: {rootdirectory: "%s"}
                """
                        .formatted(port, adminPort, folder.resolve("store")));
    }

    @Test
    void aPortIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            settings(taken.getLocalPort(), 0);

            Finding problem = doctor.onlyProblem();
            assertThat(problem.where()).isEqualTo("http.addr");
            assertThat(problem.what())
                    .startsWith("127.0.0.1:" + taken.getLocalPort() + " is taken");
        }
    }

    @Test
    void whatListensOnTheAdminPortIsNoTarn() throws Exception {
        settings(0, doctor.good().port());

        assertThat(doctor.onlyProblem().where()).isEqualTo("admin.addr");
    }

    @Test
    void portsThatATarnListensOnAreWell() throws Exception {
        Path other = folder.resolve("other");
        try (MirrorFixture mirror =
                MirrorFixture.start(other, MirrorFixture.upstream("any.test", doctor.good()))) {
            settings(mirror.client().uri().getPort(), mirror.admin().uri().getPort());

            assertThat(doctor.examine())
                    .allMatch(finding -> finding.state() == State.OK)
                    .filteredOn(finding -> finding.where().endsWith(".addr"))
                    .hasSize(2)
                    .allMatch(finding -> finding.what().startsWith("a Tarn listens on 127.0.0.1:"));
        }
    }

    @Test
    void anAddressThatThisMachineDoesNotHave() throws Exception {
        doctor.settings(
                """
                http: {addr: "192.0.2.1:5000", connections: 100}
                admin: {addr: "127.0.0.1:0"}
                storage: {rootdirectory: "%s"}
                """
                        .formatted(folder));

        assertThat(doctor.onlyProblem().where()).isEqualTo("http.addr");
    }
}
