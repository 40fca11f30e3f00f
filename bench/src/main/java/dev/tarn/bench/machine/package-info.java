/// The machine that all of this runs on: its processes, what they cost, and what it is.
@NullMarked
package dev.tarn.bench.machine;

import org.jspecify.annotations.NullMarked;
