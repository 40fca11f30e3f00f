package dev.tarn.admin.push;

import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.Secret;
import java.util.Optional;

/// To whom pushes are told. Any thread may tell.
public interface PushReceiver {

    /// What became of a push that was told, or of a whole event that tells of none.
    enum Result {
        /// Its tag is asked for anew.
        TAKEN,
        /// It is about nothing that is mirrored here.
        IGNORED,
        /// It cannot be read.
        MALFORMED,
        /// Whoever told it did not know the secret.
        REFUSED
    }

    /// What those who tell of pushes have to know; without one nobody may.
    Optional<Secret> secret();

    /// Acts on a push, or says why not.
    ///
    /// @param upstream which registry it is about, whatever the registry calls itself
    Optional<String> receive(Push push, Optional<RegistryHost> upstream);

    /// Is told once for each push, or once for an event that tells of none.
    void count(Result result);
}
