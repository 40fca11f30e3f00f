package dev.tarn.cli;

import ch.qos.logback.classic.LoggerContext;
import dev.tarn.metrics.LogStyle;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// The process's own log, which `LogToStandardError` describes.
final class Log {

    private Log() {}

    static void setLevel(Level level) {
        context()
                .getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)
                .setLevel(ch.qos.logback.classic.Level.convertAnSLF4JLevel(level));
    }

    static void setStyle(LogStyle style) {
        if (style != LogStyle.TEXT) {
            LogToStandardError.write(context(), style);
        }
    }

    /// Waits a moment for what has been said to be written: from here on nothing is.
    static void close() {
        context().stop();
    }

    private static LoggerContext context() {
        return (LoggerContext) LoggerFactory.getILoggerFactory();
    }
}
