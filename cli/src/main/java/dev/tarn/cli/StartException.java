package dev.tarn.cli;

import java.io.Serial;

/// The mirror cannot start, for a reason that a person can mend and one line can say.
final class StartException extends RuntimeException {

    @Serial private static final long serialVersionUID = 1L;

    StartException(String message, Throwable cause) {
        super(message, cause);
    }
}
