package dev.tarn.upstream;

import dev.tarn.oci.Secret;
import java.time.Duration;

/// What a token service handed out, and for how long it is good from then on.
record Token(Secret secret, Duration lifetime) {

    /// What a token is for. The credentials belong to the upstream, whose tokens are kept apart
    /// from others'.
    ///
    /// @param service empty where the challenge names none
    /// @param scope empty where the challenge names none
    record Key(Url realm, String service, String scope) {}
}
