/// The registry API without sockets: from a route to an answer.
@NullMarked
package dev.tarn.http;

import org.jspecify.annotations.NullMarked;
