/// Sets up the clients of this machine to pull through a mirror, and takes that back: edits of
/// their own files that keep everything else in them.
@NullMarked
package dev.tarn.cli.setup;

import org.jspecify.annotations.NullMarked;
