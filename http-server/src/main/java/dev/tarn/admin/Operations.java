package dev.tarn.admin;

import dev.tarn.admin.push.PushReceiver;

/// What the admin API does, as `docs/api.yaml` says it, beside what the `Api` tells. Any thread may
/// call.
public interface Operations {

    /// Starts to read and hash every stored file, where that does not go on already.
    Api.ScrubPass startScrub();

    /// To whom registries tell what was pushed to them.
    PushReceiver pushes();
}
