package dev.tarn.storage;

import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// The index is damaged. Nothing is lost by that: it can be made again from the tree.
final class BrokenIndexException extends IOException {

    @Serial private static final long serialVersionUID = 1L;

    BrokenIndexException(String what, @Nullable Throwable cause) {
        super(what, cause);
    }
}
