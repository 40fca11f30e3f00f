package dev.tarn.admin;

import java.util.function.BooleanSupplier;

/// How the process feels.
///
/// @param isReady whether it should be sent requests: it has started, and is not stopping
public record Health(BooleanSupplier isReady) {}
