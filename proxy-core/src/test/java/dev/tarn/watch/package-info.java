/// Watches over all tests.
@NullMarked
package dev.tarn.watch;

import org.jspecify.annotations.NullMarked;
