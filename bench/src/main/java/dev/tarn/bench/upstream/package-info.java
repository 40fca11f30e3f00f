/// The registry behind the mirrors, over a link as slow and as far away as a scenario wants it.
@NullMarked
package dev.tarn.bench.upstream;

import org.jspecify.annotations.NullMarked;
