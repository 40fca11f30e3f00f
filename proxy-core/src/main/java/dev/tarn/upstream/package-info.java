/// Speaks to other registries: connections, TLS, tokens, redirects, limits, ranges. The class that
/// owns a connection offers a blocking read to virtual threads; nothing above it knows of event
/// loops.
@NullMarked
package dev.tarn.upstream;

import org.jspecify.annotations.NullMarked;
