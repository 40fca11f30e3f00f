/// Tests of what clients' files become.
package dev.tarn.cli.setup;
