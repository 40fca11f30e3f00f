/// Puts the registry API on sockets: TLS, hand-over, back-pressure.
@NullMarked
package dev.tarn.http.netty;

import org.jspecify.annotations.NullMarked;
