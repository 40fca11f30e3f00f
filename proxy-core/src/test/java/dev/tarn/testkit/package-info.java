/// What the tests of every module share: the in-memory ports and the scripted registry.
@NullMarked
package dev.tarn.testkit;

import org.jspecify.annotations.NullMarked;
