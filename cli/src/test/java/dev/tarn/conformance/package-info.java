/// The rules of the OCI distribution specification, checked through a whole mirror.
@NullMarked
package dev.tarn.conformance;

import org.jspecify.annotations.NullMarked;
