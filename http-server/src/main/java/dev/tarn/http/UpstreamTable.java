package dev.tarn.http;

import dev.tarn.oci.DockerHub;
import dev.tarn.oci.ErrorCode;
import dev.tarn.oci.RegistryException.Malformed;
import dev.tarn.oci.RegistryException.Unknown;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.RepositoryName;
import dev.tarn.pull.Target;
import dev.tarn.pull.Upstream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Chooses the upstream that a request is about: by the query parameter `ns` (OCI distribution
/// specification, "Registry Proxying"), else by the host that the client addressed, else by a first
/// part of the name that is a configured registry, else the default. All of them are keys into the
/// configuration: nothing that a client sends is ever dialled.
public final class UpstreamTable {

    private final Map<RegistryHost, Upstream> upstreams;
    private final Map<String, Upstream> byAddressedHost = new HashMap<>();
    private final Upstream standard;

    /// @param hostMapping from a `Host` that clients address us by, with or without a port
    public UpstreamTable(
            Map<RegistryHost, Upstream> upstreams,
            Map<String, RegistryHost> hostMapping,
            RegistryHost defaultHost) {
        this.upstreams = Map.copyOf(upstreams);
        this.standard = configured(defaultHost);
        hostMapping.forEach((addressed, host) ->
                byAddressedHost.put(addressed.toLowerCase(Locale.ROOT), configured(host)));
    }

    private Upstream configured(RegistryHost host) {
        return find(host)
                .orElseThrow(() -> new IllegalArgumentException("not configured: " + host));
    }

    /// The upstream that `ns` names; empty where there is no `ns`. One that is malformed or that we
    /// do not mirror is unknown, which sends containerd on to the registry itself.
    public Optional<Upstream> named(Query query) {
        return query.find("ns")
                .map(ns ->
                        parse(ns)
                                .flatMap(this::find)
                                .orElseThrow(() ->
                                        new Unknown(
                                                ErrorCode.NAME_UNKNOWN, "no such upstream here")));
    }

    boolean knows(String ns) {
        return parse(ns).flatMap(this::find).isPresent();
    }

    /// What a request for `name` is about.
    public Target target(Request request, RepositoryName name) {
        return named(request.query())
                .or(() -> request.header("Host").flatMap(this::addressed))
                .map(upstream -> at(upstream, name))
                .or(() -> prefixed(name))
                .orElseGet(() -> at(standard, name));
    }

    /// A repository of the registry that is known by this name; empty where we do not mirror it.
    public Optional<Target> find(RegistryHost host, RepositoryName name) {
        return find(host).map(upstream -> at(upstream, name));
    }

    private Optional<Upstream> addressed(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        Upstream exact = byAddressedHost.get(lower);
        return exact != null
                ? Optional.of(exact)
                : Optional.ofNullable(byAddressedHost.get(lower.replaceFirst(":\\d*$", "")));
    }

    private Optional<Target> prefixed(RepositoryName name) {
        if (name.hasOnePart()) {
            return Optional.empty();
        }
        String first = name.firstPart();
        return parse(first)
                .flatMap(this::find)
                .map(upstream ->
                        at(
                                upstream,
                                new RepositoryName(name.text().substring(first.length() + 1))));
    }

    private static Target at(Upstream upstream, RepositoryName name) {
        return new Target(upstream, DockerHub.inFull(upstream.host(), name));
    }

    private Optional<Upstream> find(RegistryHost host) {
        return Optional.ofNullable(upstreams.get(DockerHub.canonical(host)));
    }

    private static Optional<RegistryHost> parse(String text) {
        try {
            return Optional.of(new RegistryHost(text));
        } catch (Malformed e) {
            return Optional.empty();
        }
    }
}
