/// The `tarn` command: builds everything in order and closes it in reverse.
@NullMarked
package dev.tarn.cli;

import org.jspecify.annotations.NullMarked;
