package dev.tarn.bench.server;

import dev.tarn.bench.machine.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// An authority of our own and a certificate for loopback, ECDSA P-256, made by openssl.
public record Certificates(Path folder) {

    static Certificates make(Path folder) throws IOException {
        Files.createDirectories(folder);
        Certificates made = new Certificates(folder);
        Path extensions = folder.resolve("extensions");
        Files.writeString(
                extensions,
                "subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n");
        openssl(folder, "ecparam -genkey -name prime256v1 -noout -out ca.key");
        openssl(folder, "req -x509 -new -key ca.key -days 30 -subj /CN=bench-ca -out ca.pem");
        openssl(folder, "ecparam -genkey -name prime256v1 -noout -out server.ec");
        openssl(folder, "pkcs8 -topk8 -nocrypt -in server.ec -out server.key");
        openssl(folder, "req -new -key server.key -subj /CN=localhost -out server.csr");
        openssl(
                folder,
                "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile extensions -out server.pem");
        return made;
    }

    public Path authority() {
        return folder.resolve("ca.pem");
    }

    public Path certificate() {
        return folder.resolve("server.pem");
    }

    public Path key() {
        return folder.resolve("server.key");
    }

    private static void openssl(Path folder, String arguments) throws IOException {
        Commands.output(folder, List.of(("openssl " + arguments).split(" ")));
    }
}
