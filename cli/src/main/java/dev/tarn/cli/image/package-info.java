/// Images as people name them, and how to pull one without keeping it.
@NullMarked
package dev.tarn.cli.image;

import org.jspecify.annotations.NullMarked;
