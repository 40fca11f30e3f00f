/// The servers under test: their configurations, their processes, and what those cost.
@NullMarked
package dev.tarn.bench.server;

import org.jspecify.annotations.NullMarked;
