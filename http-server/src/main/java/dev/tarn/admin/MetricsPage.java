package dev.tarn.admin;

import java.util.function.Supplier;

/// What `/metrics` shows.
public record MetricsPage(String contentType, Supplier<String> text) {}
