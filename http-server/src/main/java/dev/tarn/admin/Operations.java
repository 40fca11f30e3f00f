package dev.tarn.admin;

import dev.tarn.admin.push.PushReceiver;
import java.io.IOException;
import java.util.List;
import java.util.Objects;

/// What the admin API does, as `docs/api.yaml` says it, beside what the `Api` tells. Any thread may
/// call.
public interface Operations {

    /// Starts to read and hash every stored file, where that does not go on already.
    Api.ScrubPass startScrub();

    /// To whom registries tell what was pushed to them.
    PushReceiver pushes();

    /// Pins images by a pattern, as in `storage.pins`.
    Api.Pins pin(PinRequest pattern) throws IOException;

    Api.Pins unpin(PinRequest pattern) throws IOException;

    Api.Purged purge(PurgeRequest purge) throws IOException, InterruptedException;

    record PinRequest(String pattern) {
        public PinRequest {
            if (pattern == null) {
                throw new IllegalArgumentException("there is no pattern");
            }
        }
    }

    /// Images to purge.
    ///
    /// @param isDryRun whether to say only what would go
    record PurgeRequest(List<String> images, boolean isDryRun) {
        static final int IMAGES_MAX = 1_000;

        public PurgeRequest {
            if (images == null
                    || images.isEmpty()
                    || images.size() > IMAGES_MAX
                    || images.stream().anyMatch(Objects::isNull)) {
                throw new IllegalArgumentException("name 1 to " + IMAGES_MAX + " images");
            }
            images = List.copyOf(images);
        }
    }
}
