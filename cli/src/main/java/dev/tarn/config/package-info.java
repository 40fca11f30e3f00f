/// The configuration as validated values, and how it is read from a file.
@NullMarked
package dev.tarn.config;

import org.jspecify.annotations.NullMarked;
