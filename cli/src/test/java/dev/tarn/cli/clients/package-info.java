/// Real clients pull through a real Tarn: dockerd, containerd, podman, skopeo and Testcontainers,
/// each against real registries on loopback. Every test starts its own processes in a private
/// folder and ends them again. Nothing leaves the machine, and nothing of the machine's own daemons
/// is touched.
@NullMarked
package dev.tarn.cli.clients;

import org.jspecify.annotations.NullMarked;
