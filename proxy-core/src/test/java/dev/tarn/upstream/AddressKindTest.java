package dev.tarn.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.UnknownHostException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressKindTest {

    @ParameterizedTest
    @CsvSource({
        "1.1.1.1, PUBLIC",
        "9.255.255.255, PUBLIC",
        "11.0.0.0, PUBLIC",
        "172.15.255.255, PUBLIC",
        "172.32.0.0, PUBLIC",
        "100.63.255.255, PUBLIC",
        "100.128.0.0, PUBLIC",
        "223.255.255.255, PUBLIC",
        "10.0.0.0, PRIVATE",
        "10.255.255.255, PRIVATE",
        "127.0.0.1, PRIVATE",
        "127.255.255.254, PRIVATE",
        "172.16.0.1, PRIVATE",
        "172.31.255.255, PRIVATE",
        "192.168.1.1, PRIVATE",
        "100.64.0.1, PRIVATE",
        "100.127.255.255, PRIVATE",
        "100.100.100.200, NEVER",
        "168.63.129.16, NEVER",
        "0.0.0.0, NEVER",
        "0.1.2.3, NEVER",
        "169.254.169.254, NEVER",
        "192.0.0.8, NEVER",
        "192.0.2.1, NEVER",
        "198.18.0.1, NEVER",
        "198.19.255.255, NEVER",
        "198.51.100.7, NEVER",
        "203.0.113.9, NEVER",
        "224.0.0.1, NEVER",
        "240.0.0.1, NEVER",
        "255.255.255.255, NEVER",
        "2606:4700::1, PUBLIC",
        "::1, PRIVATE",
        "fd12::1, PRIVATE",
        "fd00:ec2::254, NEVER",
        "::, NEVER",
        "fe80::1, NEVER",
        "fec0::1, NEVER",
        "ff02::1, NEVER",
        "2001:db8::1, NEVER",
        "2001::1, NEVER",
        "100::1, NEVER",
        "64:ff9b:1::1, NEVER",
        "::7f00:1, NEVER",
        "64:ff9b::7f00:1, PRIVATE",
        "64:ff9b::a9fe:a9fe, NEVER",
        "64:ff9b::101:101, PUBLIC",
        "::ffff:0:7f00:1, PRIVATE",
        "::ffff:7f00:1, PRIVATE",
        "2002:7f00:1::, PRIVATE",
        "2002:a9fe:a9fe::1, NEVER",
        "2002:101:101::1, PUBLIC"
    })
    void tellsWhoCanBeBehindAnAddress(String text, AddressKind kind) throws UnknownHostException {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);

        assertThat(AddressKind.of(Strangers.address(text))).isEqualTo(kind);
        if (bytes.length == 16) {
            // As an Inet6Address even where it is mapped.
            assertThat(AddressKind.of(Inet6Address.getByAddress("x", bytes, -1))).isEqualTo(kind);
        }
    }
}
