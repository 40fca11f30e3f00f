package dev.tarn.bench.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PortTest {

    /// A fault campaign once failed because an outgoing connection had the port of a Tarn that was
    /// between two starts.
    @Test
    void noOutgoingConnectionCanTakeThePortOfAServer() throws IOException {
        Path range = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
        int firstOutgoing = Integer.parseInt(Files.readAllLines(range).getFirst().split("\t")[0]);

        for (int i = 0; i < 1_000; i++) {
            assertThat(Port.free()).isLessThan(firstOutgoing);
        }
    }
}
