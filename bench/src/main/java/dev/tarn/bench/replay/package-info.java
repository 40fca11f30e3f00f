/// Request traces, and caches that they are replayed through.
@NullMarked
package dev.tarn.bench.replay;

import org.jspecify.annotations.NullMarked;
