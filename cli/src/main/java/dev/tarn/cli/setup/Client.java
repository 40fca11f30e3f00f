package dev.tarn.cli.setup;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.StringNode;

/// A kind of client that can be set up.
public enum Client {
    DOCKER("/etc/docker"),
    CONTAINERD("/etc/containerd"),
    PODMAN("/etc/containers"),
    CRIO("/etc/containers"),
    K3S("/etc/rancher/k3s"),
    BUILDKIT("/etc/buildkit");

    private static final String DOCKER_HUB = "docker.io";

    private final String folder;

    Client(String folder) {
        this.folder = folder;
    }

    /// Where its own configuration is.
    String folder() {
        return folder;
    }

    /// @param now the text of a file as it is, or empty
    /// @throws SetupException if that is not understood, or this client cannot have what is wanted
    Plan plan(Wanted wanted, UnaryOperator<String> now) {
        return switch (this) {
            case DOCKER -> docker(wanted);
            case CONTAINERD -> Containerd.plan(wanted, now);
            case PODMAN -> containers(wanted, Optional.empty());
            case CRIO -> containers(wanted, Optional.of("systemctl reload crio"));
            case K3S -> k3s(wanted);
            case BUILDKIT -> buildkit(wanted);
        };
    }

    /// What a person would put where.
    public Plan snippets(Wanted wanted) {
        return this == CONTAINERD ? Containerd.snippets(wanted) : plan(wanted, _ -> "");
    }

    private static Plan docker(Wanted wanted) {
        if (!wanted.registries().contains(DOCKER_HUB)
                || !wanted.defaultRegistry().equals(DOCKER_HUB)) {
            throw new SetupException(
                    "Docker uses mirrors for docker.io only and does not say so to them:"
                            + " default-upstream has to be docker.io, and is "
                            + wanted.defaultRegistry());
        }
        String path = "/etc/docker/daemon.json";
        MirrorAddress mirror = wanted.mirror();
        UnaryOperator<String> change =
                text -> {
                    JsonText json = new JsonText(path, text);
                    // it trusts plain HTTP to this machine by itself
                    if (mirror.isPlain() && !mirror.isLocal()) {
                        json = json.withFirst("insecure-registries", mirror.host());
                    }
                    return json.withFirst("registry-mirrors", mirror.url()).text();
                };
        return new Plan(
                List.of(
                        new Edit(
                                path,
                                change.apply(""),
                                Optional.of("systemctl reload docker"),
                                // it keeps its mirrors where a reloaded file names none
                                Optional.of("systemctl restart docker"),
                                change)),
                List.of("Docker uses mirrors for docker.io only."));
    }

    private static Plan containers(Wanted wanted, Optional<String> next) {
        String text =
                wanted.registries().stream()
                        .map(it -> containersRegistry(wanted.mirror(), it))
                        .collect(Collectors.joining("\n"));
        return new Plan(
                List.of(
                        new Edit(
                                "/etc/containers/registries.conf.d/tarn.conf",
                                text,
                                next,
                                next,
                                _ -> text)),
                List.of());
    }

    private static String containersRegistry(MirrorAddress mirror, String registry) {
        String name = StringNode.valueOf(registry).toString();
        return """
        [[registry]]
        prefix = %s
        location = %s

        [[registry.mirror]]
        location = %s
        %s\
        """
                .formatted(
                        name,
                        name,
                        StringNode.valueOf(mirror.host() + "/" + registry),
                        mirror.isPlain() ? "insecure = true\n" : "");
    }

    private static Plan k3s(Wanted wanted) {
        String path = "/etc/rancher/k3s/registries.yaml";
        return new Plan(
                List.of(
                        Edit.of(
                                path,
                                K3sRegistries.snippet(wanted),
                                "systemctl restart k3s (on a node that is only an agent: k3s-agent)",
                                text -> K3sRegistries.with(path, text, wanted))),
                List.of());
    }

    private static Plan buildkit(Wanted wanted) {
        String path = "/etc/buildkit/buildkitd.toml";
        MirrorAddress mirror = wanted.mirror();
        UnaryOperator<String> change =
                text -> {
                    TomlText toml = TomlText.parse(path, text);
                    for (String registry : wanted.registries()) {
                        toml =
                                toml.withFirst(
                                        List.of("registry", registry), "mirrors", mirror.host());
                    }
                    return mirror.isPlain()
                            ? toml.with(
                                            List.of("registry", mirror.host()),
                                            "http",
                                            BooleanNode.TRUE)
                                    .text()
                            : toml.text();
                };
        return new Plan(
                List.of(Edit.of(path, change.apply(""), "systemctl restart buildkit", change)),
                List.of());
    }
}
