/// Listens to what happened, counts it, times it, logs it.
@NullMarked
package dev.tarn.metrics;

import org.jspecify.annotations.NullMarked;
