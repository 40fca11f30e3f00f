package dev.tarn.cli;

import java.io.Serial;

/// A running mirror cannot be asked, for a reason that one line can say.
final class AskException extends RuntimeException {

    @Serial private static final long serialVersionUID = 1L;

    AskException(String message) {
        super(message);
    }

    AskException(String message, Throwable cause) {
        super(message, cause);
    }
}
