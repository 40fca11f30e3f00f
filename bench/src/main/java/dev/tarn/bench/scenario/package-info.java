/// One class for each thing that is measured.
@NullMarked
package dev.tarn.bench.scenario;

import org.jspecify.annotations.NullMarked;
