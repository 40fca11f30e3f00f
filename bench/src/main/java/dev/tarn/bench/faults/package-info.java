/// Tarn under faults: the real process, real kills, full disks and lying upstreams, and one checker
/// of what must hold whatever happens.
@NullMarked
package dev.tarn.bench.faults;

import org.jspecify.annotations.NullMarked;
