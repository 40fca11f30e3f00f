/// What registries tell of images that were pushed to them: who may tell, how each of them says it,
/// and to whom it is told here.
@NullMarked
package dev.tarn.admin.push;

import org.jspecify.annotations.NullMarked;
