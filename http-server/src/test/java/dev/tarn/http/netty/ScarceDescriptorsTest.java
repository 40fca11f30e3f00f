package dev.tarn.http.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A server in a process that may have only 200 files open.
@Timeout(180)
class ScarceDescriptorsTest {

    private static final int ROUNDS = 10;
    private static final int CLIENTS = 250;

    /// Serves until its parent has gone, and says for each byte from it how many were turned away.
    public static void main(String... arguments) throws IOException {
        // Without descriptors nothing can be loaded, and a log that has never been used would need
        // to: Netty logs each time that it cannot accept.
        InternalLoggerFactory.getInstance(ScarceDescriptorsTest.class).warn("it begins");
        Transport transport = arguments[0].equals("nio") ? Transport.nio() : Transport.epoll();
        try (RegistryServer server =
                new RegistryServer(
                        ServerFixture.CONFIG,
                        Limits.DEFAULT,
                        ServerFixture.ECHO,
                        new RegistryServer.Loops(transport, 1))) {
            System.out.println(server.address().getPort());
            while (System.in.read() >= 0) {
                System.out.println(server.turnedAway(ClientLimit.DESCRIPTORS));
            }
        }
    }

    @Test
    void aQuarterIsKept() {
        assertThat(Descriptors.ofProcess().most()).isPositive();
    }

    /// With epoll, connections are refused while there are descriptors left. NIO does not tell
    /// their numbers, and so shows what happens when there are none: those who find no place wait
    /// for one.
    @ParameterizedTest
    @ValueSource(strings = {"epoll", "nio"})
    void connectionsAreShedAndServedAgain(String transport) throws IOException {
        Process process =
                new ProcessBuilder(
                                "bash",
                                "-c",
                                "ulimit -n 200; exec \"$@\"",
                                "bash",
                                ProcessHandle.current().info().command().orElseThrow(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                ScarceDescriptorsTest.class.getName(),
                                transport)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try (BufferedReader out = process.inputReader()) {
            InetSocketAddress address =
                    new InetSocketAddress(
                            InetAddress.getLoopbackAddress(), Integer.parseInt(out.readLine()));
            boolean isShed = transport.equals("epoll");
            for (int i = 0; i < (isShed ? ROUNDS : 2); i++) {
                exhaust(address, isShed);
                await().atMost(Duration.ofSeconds(20))
                        .ignoreExceptionsInstanceOf(IOException.class)
                        .untilAsserted(() -> {
                            try (RawClient next = new RawClient(address)) {
                                assertThat(next.ask("/").status()).isEqualTo(200);
                            }
                        });
            }
            process.getOutputStream().write('?');
            process.getOutputStream().flush();
            long turnedAway = Long.parseLong(out.readLine());
            assertThat(turnedAway > 50).isEqualTo(isShed);
            assertThat(process.isAlive()).isTrue();
            Duration used = process.info().totalCpuDuration().orElseThrow();
            assertThat(used).isLessThan(Duration.ofSeconds(isShed ? 20 : 8));
        } finally {
            process.destroyForcibly();
        }
    }

    private static void exhaust(InetSocketAddress address, boolean isShed) throws IOException {
        List<RawClient> clients = new ArrayList<>();
        try {
            int served = 0;
            int shed = 0;
            for (int i = 0; i < CLIENTS; i++) {
                RawClient client = new RawClient(address);
                clients.add(client);
                switch (status(client, isShed)) {
                    case 200 -> served++;
                    case 503, 0 -> shed++;
                    default -> throw new AssertionError("neither served nor shed");
                }
            }
            assertThat(served).isGreaterThan(20);
            assertThat(shed).isGreaterThan(50);
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    /// 0 where the connection was closed, or nobody took it up.
    private static int status(RawClient client, boolean isShed) throws IOException {
        try {
            client.send(RawClient.get("/"));
            if (!isShed && !client.hears(Duration.ofMillis(50))) {
                return 0;
            }
            return client.answer().status();
        } catch (SocketException e) {
            return 0;
        } catch (IOException e) {
            return String.valueOf(e.getMessage()).startsWith("the connection closed") ? 0 : -1;
        }
    }
}
