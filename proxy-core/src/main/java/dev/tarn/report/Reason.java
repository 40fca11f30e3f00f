package dev.tarn.report;

import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import java.util.Locale;

/// Why something did not come, in one word.
public enum Reason {
    /// There is no such thing.
    UNKNOWN,
    /// The upstream wants other credentials, or denies us this.
    REFUSED,
    /// The upstream wants fewer requests.
    THROTTLED,
    /// The upstream failed so often that it is not asked for a while.
    LEFT_ALONE,
    UNREACHABLE,
    SILENT,
    CUT_OFF,
    BROKEN,
    BAD_ANSWER,
    WRONG_BYTES,
    /// The mirror's own disk.
    STORE,
    /// The client's own doing, or a bug.
    OTHER;

    public static Reason of(RegistryException failure) {
        return switch (failure) {
            case RegistryException.Unknown _ -> UNKNOWN;
            case RegistryException.Refused _ -> REFUSED;
            case RegistryException.Throttled throttled ->
                    throttled.isLeftAlone() ? LEFT_ALONE : THROTTLED;
            case UpstreamFailed failed -> of(failed.kind());
            case RegistryException.StoreFailed _ -> STORE;
            case RegistryException.Malformed _,
                    RegistryException.Unsupported _,
                    RegistryException.RangeUnsatisfiable _ ->
                    OTHER;
        };
    }

    private static Reason of(UpstreamFailed.Kind kind) {
        return switch (kind) {
            case UNREACHABLE -> UNREACHABLE;
            case SILENT -> SILENT;
            case CUT_OFF -> CUT_OFF;
            case BROKEN -> BROKEN;
            case BAD_ANSWER -> BAD_ANSWER;
            case WRONG_BYTES -> WRONG_BYTES;
        };
    }

    /// As it is written in metrics, logs and answers.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
