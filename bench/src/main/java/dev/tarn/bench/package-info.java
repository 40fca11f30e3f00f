/// The benchmark: Tarn and its peers on loopback, in interleaved rounds, under the same rules.
@NullMarked
package dev.tarn.bench;

import org.jspecify.annotations.NullMarked;
