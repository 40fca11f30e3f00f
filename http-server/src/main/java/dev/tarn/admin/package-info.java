/// The admin API, the health checks and the dashboard.
@NullMarked
package dev.tarn.admin;

import org.jspecify.annotations.NullMarked;
