package dev.tarn.cli;

import dev.tarn.admin.Api;
import dev.tarn.admin.Operations;
import dev.tarn.admin.push.PushReceiver;
import dev.tarn.storage.DiskStore;

/// What the admin API does to one mirror.
record MirrorOperations(DiskStore disk, Api api, PushReceiver pushes) implements Operations {

    @Override
    public Api.ScrubPass startScrub() {
        disk.startScrub();
        return api.scrub();
    }
}
