package dev.tarn.bench.server;

import java.util.List;

/// Who is measured. Each has its configuration in a folder of `bench/peers`.
public enum Peer {
    TARN("tarn", "tarn", "off", "./tarn", "serve", "-c", "${DIR}/tarn.yaml"),
    NGINX_STATIC("nginx-static", "nginx-static", "off", "nginx", "-c", "${DIR}/nginx.conf"),
    NGINX_STATIC_AIO(
            "nginx-static-aio", "nginx-static", "threads", "nginx", "-c", "${DIR}/nginx.conf"),
    NGINX_CACHE("nginx-cache", "nginx-cache", "off", "nginx", "-c", "${DIR}/nginx.conf"),
    DOCKER_REGISTRY(
            "docker-registry",
            "docker-registry",
            "off",
            "docker-registry",
            "serve",
            "${DIR}/config.yml"),
    TRAFFIC_SERVER(
            "trafficserver",
            "trafficserver",
            "off",
            "traffic_server",
            "--run-root=${DIR}/runroot.yaml");

    private final String label;
    private final String folder;
    private final String aio;
    private final List<String> command;

    Peer(String label, String folder, String aio, String... command) {
        this.label = label;
        this.folder = folder;
        this.aio = aio;
        this.command = List.of(command);
    }

    /// Its name in tables.
    public String label() {
        return label;
    }

    String folder() {
        return folder;
    }

    /// What nginx's `aio` is set to.
    String aio() {
        return aio;
    }

    List<String> command() {
        return command;
    }

    /// Whether it serves files from a folder instead of asking an upstream.
    boolean isStatic() {
        return this == NGINX_STATIC || this == NGINX_STATIC_AIO;
    }
}
