package dev.tarn.upstream;

import java.net.InetAddress;

/// Decides what kind an address is of. A seam: on loopback, a test can say which addresses are
/// public.
@FunctionalInterface
interface AddressRule {
    AddressKind kindOf(InetAddress address);
}
