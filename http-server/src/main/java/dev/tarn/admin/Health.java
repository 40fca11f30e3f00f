package dev.tarn.admin;

import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// How the process feels.
///
/// @param isReady whether it should be sent requests: it has started, and is not stopping
/// @param trouble what is wrong, in one line, though requests are served
public record Health(BooleanSupplier isReady, Supplier<Optional<String>> trouble) {}
