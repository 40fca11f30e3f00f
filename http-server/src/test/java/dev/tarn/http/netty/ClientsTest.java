package dev.tarn.http.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class ClientsTest {

    private final Clients clients = new Clients(2);

    private static InetSocketAddress at(int... bytes) throws UnknownHostException {
        byte[] address = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            address[i] = (byte) bytes[i];
        }
        return new InetSocketAddress(InetAddress.getByAddress(address), 1234);
    }

    private static InetSocketAddress sixth(int network, int host) throws UnknownHostException {
        return at(0x20, 1, 0xd, 0xb8, 0, 0, 0, network, 0, 0, 0, 0, 0, 0, 0, host);
    }

    @Test
    void anAddressIsAClient() throws UnknownHostException {
        Clients.Client one = clients.join(at(10, 0, 0, 1));

        assertThat(clients.join(at(10, 0, 0, 1))).isSameAs(one);
        assertThat(clients.join(at(10, 0, 0, 2))).isNotSameAs(one);
        assertThat(one.connections()).isEqualTo(2);
    }

    @Test
    void aNetworkOfIpv6IsAClient() throws UnknownHostException {
        Clients.Client one = clients.join(sixth(1, 1));

        assertThat(clients.join(sixth(1, 2))).isSameAs(one);
        assertThat(clients.join(sixth(2, 1))).isNotSameAs(one);
    }

    @Test
    void whoseLastConnectionHasGoneIsForgotten() throws UnknownHostException {
        Clients.Client one = clients.join(at(10, 0, 0, 1));
        clients.join(at(10, 0, 0, 1)).leave();
        assertThat(clients.count()).isEqualTo(1);

        one.leave();

        assertThat(clients.count()).isZero();
        assertThat(clients.join(at(10, 0, 0, 1))).isNotSameAs(one);
    }

    @Test
    void requestsAreCountedUntilTheyEnd() throws UnknownHostException {
        Clients.Client one = clients.join(at(10, 0, 0, 1));
        assertThat(one.begin()).isTrue();
        assertThat(one.begin()).isTrue();
        assertThat(one.begin()).isFalse();
        one.end();
        one.end();
        assertThat(one.begin()).isTrue();
        assertThat(clients.join(null).begin()).isTrue();
    }
}
