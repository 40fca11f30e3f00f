package dev.tarn.upstream;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/// Finds the addresses of a name. May wait for the network, on a virtual thread of its own.
@FunctionalInterface
interface NameResolver {

    NameResolver SYSTEM = host -> List.of(InetAddress.getAllByName(host));

    List<InetAddress> resolve(String host) throws UnknownHostException;
}
