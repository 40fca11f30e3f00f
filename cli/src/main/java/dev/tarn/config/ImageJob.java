package dev.tarn.config;

import dev.tarn.oci.ImageName;
import java.util.List;
import java.util.Locale;

/// Images that the mirror pulls through itself, again and again: to have them, or to see whether
/// they can be had.
///
/// @param name tells it from others of its kind, also in the metrics
public record ImageJob(
        Kind kind,
        String name,
        List<ImageName> images,
        List<String> platforms,
        Timing timing,
        Expectation expectation) {

    /// What for.
    public enum Kind {
        /// To have them.
        PREWARM,
        /// To see whether they can be had.
        CHECK,
        /// To have what was pushed.
        PUSH
    }

    public ImageJob {
        images = List.copyOf(images);
        platforms = List.copyOf(platforms);
    }

    @Override
    public String toString() {
        return kind.name().toLowerCase(Locale.ROOT) + " " + name;
    }
}
