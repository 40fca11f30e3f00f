package dev.tarn.cli;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import dev.tarn.metrics.LogStyle;
import net.logstash.logback.encoder.LogstashEncoder;
import net.logstash.logback.fieldnames.LogstashCommonFieldNames;
import net.logstash.logback.fieldnames.LogstashFieldNames;

/// How the log is written, found by Logback as a service. Standard output is for what a command
/// answers. In code and not in a `logback.xml`, since reading XML takes longer than all else that
/// happens before the store is opened; whoever puts such a file on the class path still has his
/// way.
@ConfiguratorRank(ConfiguratorRank.NOMINAL - 1)
public final class LogToStandardError extends ContextAwareBase implements Configurator {

    private static final String PATTERN =
            "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0}: %msg%n";

    private static final String QUEUE = "queue";

    /// An event loop that logs must not wait for whoever reads our standard error. When that one
    /// falls far behind, what is said at INFO is left out first.
    private static final int EVENTS_MAX = 8192;

    @Override
    public ExecutionStatus configure(LoggerContext logs) {
        write(logs, LogStyle.TEXT); // until the configuration (log.formatter) has been read
        logs.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.INFO); // and the same for log.level
        logs.getLogger("io.netty").setLevel(Level.WARN);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /// Has lines written like this from now on.
    static void write(LoggerContext logs, LogStyle style) {
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(logs);
        console.setTarget("System.err");
        console.setEncoder(encoder(logs, style));
        console.start();
        AsyncAppender queue = new AsyncAppender();
        queue.setContext(logs);
        queue.setName(QUEUE);
        queue.setQueueSize(EVENTS_MAX);
        queue.setNeverBlock(true);
        queue.addAppender(console);
        queue.start();
        Logger root = logs.getLogger(Logger.ROOT_LOGGER_NAME);
        Appender<ILoggingEvent> before = root.getAppender(QUEUE);
        root.addAppender(queue);
        if (before != null) {
            root.detachAppender(before);
            before.stop();
        }
    }

    static Encoder<ILoggingEvent> encoder(LoggerContext logs, LogStyle style) {
        Encoder<ILoggingEvent> encoder =
                switch (style) {
                    case TEXT -> text();
                    case JSON -> json();
                    case LOGSTASH -> logstash();
                };
        encoder.setContext(logs);
        encoder.start();
        return encoder;
    }

    private static Encoder<ILoggingEvent> text() {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setPattern(PATTERN);
        return encoder;
    }

    private static Encoder<ILoggingEvent> json() {
        LogstashEncoder encoder = new LogstashEncoder();
        LogstashFieldNames names = new LogstashFieldNames();
        names.setTimestamp("time");
        names.setMessage("message");
        names.setLogger("logger");
        names.setLevel("level");
        names.setStackTrace("stack");
        names.setThread(LogstashCommonFieldNames.IGNORE_FIELD_INDICATOR);
        names.setVersion(LogstashCommonFieldNames.IGNORE_FIELD_INDICATOR);
        names.setLevelValue(LogstashCommonFieldNames.IGNORE_FIELD_INDICATOR);
        encoder.setFieldNames(names);
        return encoder;
    }

    /// By the names of the Elastic Common Schema.
    private static Encoder<ILoggingEvent> logstash() {
        LogstashEncoder encoder = new LogstashEncoder();
        LogstashFieldNames names = new LogstashFieldNames();
        names.setLogger("log.logger");
        names.setLevel("log.level");
        names.setThread("process.thread.name");
        names.setStackTrace("error.stack_trace");
        names.setLevelValue(LogstashCommonFieldNames.IGNORE_FIELD_INDICATOR);
        encoder.setFieldNames(names);
        encoder.setCustomFields("{\"ecs.version\":\"8.17.0\",\"service.name\":\"tarn\"}");
        return encoder;
    }
}
