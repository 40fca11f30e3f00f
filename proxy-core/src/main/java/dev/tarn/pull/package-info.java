/// From a question to bytes: hit, join, miss, revalidate. This package owns the ports that it asks
/// through (`BlobStore`, `ManifestStore`, `Upstream`, `Source`) and knows nothing of sockets, files
/// or databases. Everything here runs on virtual threads and may wait.
@NullMarked
package dev.tarn.pull;

import org.jspecify.annotations.NullMarked;
