/// Looks at all that a mirror needs, and says what is wrong and what to do about it.
@NullMarked
package dev.tarn.cli.doctor;

import org.jspecify.annotations.NullMarked;
