package dev.tarn.cli.setup;

import dev.tarn.config.Problem;
import java.io.Serial;

/// A client cannot be set up, for a reason that one line can say. Where it is thrown before the
/// first file is written, nothing has changed.
public final class SetupException extends RuntimeException {

    @Serial private static final long serialVersionUID = 1L;

    SetupException(String message) {
        super(message);
    }

    SetupException(String message, Throwable cause) {
        super(message, cause);
    }

    /// At one place of a file.
    ///
    /// @param offset into `text`
    static SetupException at(String path, String text, int offset, String what) {
        String before = text.substring(0, Math.min(offset, text.length()));
        int line = 1 + (int) before.chars().filter(it -> it == '\n').count();
        int column = before.length() - before.lastIndexOf('\n');
        return at(path, line, column, what);
    }

    static SetupException at(String path, int line, int column, String what) {
        return new SetupException(new Problem(path, line, column, what).toString());
    }
}
