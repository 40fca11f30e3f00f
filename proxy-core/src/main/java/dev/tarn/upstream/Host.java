package dev.tarn.upstream;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.apache.hc.client5.http.psl.DomainType;
import org.apache.hc.client5.http.psl.PublicSuffixMatcher;
import org.apache.hc.client5.http.psl.PublicSuffixMatcherLoader;

/// A DNS name or an IP address, in the one way in which each is written plainly. Decimal, octal,
/// hexadecimal and short addresses, zone ids, trailing dots, escapes and non-ASCII names are
/// refused: programs disagree on what they mean, and that is how address rules are passed by. IPv6
/// is without brackets here.
record Host(String text) {

    private static final int NAME_LENGTH_MAX = 253; // RFC 1035 §2.3.4
    private static final int LABEL_LENGTH_MAX = 63;

    /// Ten thousand names: read when the first is looked up, and not at the start.
    private static final class Suffixes {
        static final PublicSuffixMatcher ALL = PublicSuffixMatcherLoader.getDefault();
    }

    Host {
        text = text.toLowerCase(Locale.ROOT);
        boolean isPlain = text.indexOf(':') >= 0 ? isPlainIpv6(text) : isPlainNameOrIpv4(text);
        if (!isPlain) {
            throw new IllegalArgumentException("not a plainly written host");
        }
    }

    private static boolean isPlainIpv6(String text) {
        if (!text.chars().allMatch(c -> Character.digit(c, 16) >= 0 || c == ':')) {
            return false; // no zones, no IPv4 inside
        }
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
        return bytes != null
                && bytes.length == 16
                && NetUtil.toAddressString(address(bytes)).equals(text);
    }

    private static boolean isPlainNameOrIpv4(String text) {
        if (text.isEmpty() || text.length() > NAME_LENGTH_MAX) {
            return false;
        }
        String[] labels = text.split("\\.", -1);
        for (String label : labels) {
            if (!isLabel(label)) {
                return false;
            }
        }
        return !isNumber(labels[labels.length - 1]) || isPlainIpv4(labels);
    }

    private static boolean isLabel(String label) {
        return !label.isEmpty()
                && label.length() <= LABEL_LENGTH_MAX
                && label.charAt(0) != '-'
                && label.charAt(label.length() - 1) != '-'
                && label.chars().allMatch(Host::isLabelCharacter);
    }

    private static boolean isLabelCharacter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }

    /// What a URL parser takes for a part of an IPv4 address when it is the last label (WHATWG URL,
    /// "ends in a number").
    private static boolean isNumber(String label) {
        return label.chars().allMatch(c -> c >= '0' && c <= '9') || label.startsWith("0x");
    }

    private static boolean isPlainIpv4(String[] labels) {
        if (labels.length != 4) {
            return false;
        }
        for (String label : labels) {
            boolean isByte =
                    label.length() <= 3
                            && label.chars().allMatch(c -> c >= '0' && c <= '9')
                            && (label.equals("0") || label.charAt(0) != '0')
                            && Integer.parseInt(label) <= 255;
            if (!isByte) {
                return false;
            }
        }
        return true;
    }

    /// The address, where this is one. Asks no name service.
    Optional<InetAddress> address() {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
        return bytes == null ? Optional.empty() : Optional.of(address(bytes));
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }

    /// Whether both are names that one owner registered, by the public suffix list:
    /// `auth.docker.io` and `registry-1.docker.io`. Addresses, single labels and names under no
    /// registered suffix (`registry.tenant.svc.cluster.local`) have no owner in that sense.
    boolean sharesOwner(Host other) {
        return owner().isPresent() && owner().equals(other.owner());
    }

    private Optional<String> owner() {
        boolean isRegistered =
                address().isEmpty() && Suffixes.ALL.getDomainRoot(text, DomainType.ICANN) != null;
        return isRegistered
                ? Optional.ofNullable(Suffixes.ALL.getDomainRoot(text))
                : Optional.empty();
    }

    /// As in a URL.
    @Override
    public String toString() {
        return Objects.requireNonNull(text).indexOf(':') >= 0 ? "[" + text + "]" : text;
    }
}
