@NullMarked
package dev.tarn.config;

import org.jspecify.annotations.NullMarked;
