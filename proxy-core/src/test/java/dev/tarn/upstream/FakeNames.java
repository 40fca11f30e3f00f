package dev.tarn.upstream;

import io.netty.buffer.ByteBufAllocator;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;

/// A network in which these names have these addresses, and all others do not exist: no test asks a
/// real name service.
public record FakeNames(Map<String, String> addresses) {

    public Network open(ProxySettings proxies) {
        return new Network(
                proxies,
                this::resolve,
                AddressKind::of,
                Budgets.STANDARD,
                Trust::fastestProvider,
                () -> ByteBufAllocator.DEFAULT);
    }

    private List<InetAddress> resolve(String name) throws UnknownHostException {
        String address = addresses.get(name);
        if (address == null) {
            throw new UnknownHostException(name);
        }
        return List.of(InetAddress.getByName(address));
    }
}
