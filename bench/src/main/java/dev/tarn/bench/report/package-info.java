/// From samples to medians, ratios, tables and JSON.
@NullMarked
package dev.tarn.bench.report;

import org.jspecify.annotations.NullMarked;
