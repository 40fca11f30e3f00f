/// Tests of `dev.tarn.cli.doctor`.
@NullMarked
package dev.tarn.cli.doctor;

import org.jspecify.annotations.NullMarked;
