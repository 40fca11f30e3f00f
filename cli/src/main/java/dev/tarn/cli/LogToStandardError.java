package dev.tarn.cli;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;

/// How the log is written, found by Logback as a service. Standard output is for what a command
/// answers. In code and not in a `logback.xml`, since reading XML takes longer than all else that
/// happens before the store is opened; whoever puts such a file on the class path still has his
/// way.
@ConfiguratorRank(ConfiguratorRank.NOMINAL - 1)
public final class LogToStandardError extends ContextAwareBase implements Configurator {

    private static final String PATTERN =
            "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0}: %msg%n";

    /// An event loop that logs must not wait for whoever reads our standard error. When that one
    /// falls far behind, what is said at INFO is left out first.
    private static final int EVENTS_MAX = 8192;

    @Override
    public ExecutionStatus configure(LoggerContext logs) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(logs);
        encoder.setPattern(PATTERN);
        encoder.start();
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(logs);
        console.setTarget("System.err");
        console.setEncoder(encoder);
        console.start();
        AsyncAppender queue = new AsyncAppender();
        queue.setContext(logs);
        queue.setQueueSize(EVENTS_MAX);
        queue.setNeverBlock(true);
        queue.addAppender(console);
        queue.start();
        Logger root = logs.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.INFO); // until the configuration (log.level) has been read
        root.addAppender(queue);
        logs.getLogger("io.netty").setLevel(Level.WARN);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
