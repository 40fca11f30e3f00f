package dev.tarn.upstream;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;

/// Who can be behind an address. Decided on its bytes, so that no spelling matters.
enum AddressKind {
    /// Anybody on the internet.
    PUBLIC,
    /// A machine of the network that we are in: a redirect or a realm must not lead there, unless
    /// the upstream is there too, or the user says so.
    PRIVATE,
    /// What no registry has: link-local (cloud metadata), multicast, unspecified, documentation,
    /// reserved.
    NEVER;

    private record Block(AddressBlock addresses, AddressKind kind) {}

    /// The IANA special-purpose address registries (RFC 6890 and later), and the metadata services
    /// that hide in otherwise private blocks. The first that matches counts.
    private static final List<Block> BLOCKS =
            List.of(
                    block("100.100.100.200/32", NEVER), // metadata
                    block("168.63.129.16/32", NEVER), // metadata
                    block("fd00:ec2::254/128", NEVER), // metadata
                    block("127.0.0.0/8", PRIVATE),
                    block("10.0.0.0/8", PRIVATE),
                    block("172.16.0.0/12", PRIVATE),
                    block("192.168.0.0/16", PRIVATE),
                    block("100.64.0.0/10", PRIVATE), // carrier-grade NAT, RFC 6598
                    block("0.0.0.0/8", NEVER),
                    block("169.254.0.0/16", NEVER),
                    block("192.0.0.0/24", NEVER),
                    block("192.0.2.0/24", NEVER),
                    block("192.88.99.0/24", NEVER),
                    block("198.18.0.0/15", NEVER),
                    block("198.51.100.0/24", NEVER),
                    block("203.0.113.0/24", NEVER),
                    block("224.0.0.0/3", NEVER), // multicast, reserved, broadcast
                    block("::1/128", PRIVATE),
                    block("fc00::/7", PRIVATE),
                    block("::/96", NEVER), // unspecified, IPv4-compatible
                    block("64:ff9b:1::/48", NEVER),
                    block("100::/64", NEVER),
                    block("2001::/23", NEVER), // Teredo, benchmarking, ORCHID
                    block("2001:db8::/32", NEVER),
                    block("3fff::/20", NEVER),
                    block("5f00::/16", NEVER),
                    block("fe80::/9", NEVER), // link-local, site-local
                    block("ff00::/8", NEVER));

    /// IPv6 addresses that lead to the IPv4 address inside them: mapped (RFC 4291), translated (RFC
    /// 2765, RFC 6052); and 6to4 (RFC 3056), which has it further ahead.
    private static final List<AddressBlock> IPV4_LAST =
            List.of(block("::ffff:0:0/96"), block("::ffff:0:0:0/96"), block("64:ff9b::/96"));

    private static final AddressBlock SIX_TO_FOUR = block("2002::/16");

    private static AddressBlock block(String text) {
        return AddressBlock.parse(text).orElseThrow();
    }

    private static Block block(String text, AddressKind kind) {
        return new Block(block(text), kind);
    }

    static AddressKind of(InetAddress address) {
        return of(address.getAddress());
    }

    private static AddressKind of(byte[] address) {
        if (IPV4_LAST.stream().anyMatch(block -> block.contains(address))) {
            return of(Arrays.copyOfRange(address, 12, 16));
        }
        if (SIX_TO_FOUR.contains(address)) {
            return of(Arrays.copyOfRange(address, 2, 6));
        }
        return BLOCKS.stream()
                .filter(block -> block.addresses().contains(address))
                .map(Block::kind)
                .findFirst()
                .orElse(PUBLIC);
    }
}
