/// Those who pull: a client that verifies every byte, wrk for many small requests, and clients in
/// numbers.
@NullMarked
package dev.tarn.bench.load;

import org.jspecify.annotations.NullMarked;
