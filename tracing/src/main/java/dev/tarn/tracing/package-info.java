/// Listens to what happened, and tells it to OpenTelemetry. Nothing else knows of spans, and
/// nothing of this is loaded where the environment does not ask for it.
@NullMarked
package dev.tarn.tracing;

import org.jspecify.annotations.NullMarked;
