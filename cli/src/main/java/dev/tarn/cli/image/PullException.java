package dev.tarn.cli.image;

import java.io.IOException;
import java.io.Serial;

/// An image cannot be pulled, for a reason that one line can say.
public final class PullException extends IOException {

    @Serial private static final long serialVersionUID = 1L;

    private final boolean isMissing;

    private PullException(String message, boolean isMissing) {
        super(message);
        this.isMissing = isMissing;
    }

    static PullException missing(String message) {
        return new PullException(message, true);
    }

    static PullException failed(String message) {
        return new PullException(message, false);
    }

    /// Whether there is no such image, rather than that it did not come.
    public boolean isMissing() {
        return isMissing;
    }
}
