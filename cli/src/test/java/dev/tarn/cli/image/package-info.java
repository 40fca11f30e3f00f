@NullMarked
package dev.tarn.cli.image;

import org.jspecify.annotations.NullMarked;
