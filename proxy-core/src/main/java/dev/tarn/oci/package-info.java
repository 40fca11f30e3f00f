/// The nouns of the OCI and Docker registry specifications as immutable values. Each is valid by
/// construction: text is parsed once, at the edge, and malformed input cannot exist further in.
@NullMarked
package dev.tarn.oci;

import org.jspecify.annotations.NullMarked;
