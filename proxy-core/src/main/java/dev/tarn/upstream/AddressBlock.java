package dev.tarn.upstream;

import io.netty.util.NetUtil;
import java.util.Optional;

/// A block of addresses, `10.0.0.0/8`.
final class AddressBlock {
    private final byte[] prefix;
    private final int bits;

    private AddressBlock(byte[] prefix, int bits) {
        this.prefix = prefix;
        this.bits = bits;
    }

    static Optional<AddressBlock> parse(String text) {
        int slash = text.indexOf('/');
        String digits = text.substring(slash + 1);
        byte[] prefix =
                NetUtil.createByteArrayFromIpAddressString(text.substring(0, Math.max(slash, 0)));
        if (prefix == null || !digits.matches("[0-9]{1,3}")) {
            return Optional.empty();
        }
        int bits = Integer.parseInt(digits);
        return bits <= prefix.length * 8
                ? Optional.of(new AddressBlock(prefix, bits))
                : Optional.empty();
    }

    /// Whether an address of 4 or 16 bytes is of this block; never one of the other length.
    boolean contains(byte[] address) {
        if (address.length != prefix.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit++) {
            int mask = 0x80 >> (bit & 7);
            if (((address[bit >> 3] ^ prefix[bit >> 3]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }
}
