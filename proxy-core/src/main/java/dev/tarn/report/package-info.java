/// What happened and happens, put together for those who run the mirror: the pulls of whole images,
/// what failed, and how the last day was. Fed by what the listener of pulls hears; knows nothing of
/// how it is shown.
@NullMarked
package dev.tarn.report;

import org.jspecify.annotations.NullMarked;
