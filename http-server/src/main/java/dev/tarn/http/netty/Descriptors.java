package dev.tarn.http.netty;

import io.netty.channel.Channel;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The descriptors that this process may have open, for sockets and files together. The system
/// gives each new one the lowest number that is free, so the number of a connection tells for
/// nothing how many there are. Some are kept from connections: without a file or an upstream, there
/// is nothing to send to those that are served.
///
/// @param most `Long.MAX_VALUE` where nobody knows
record Descriptors(long most) {

    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final String LIMIT = "Max open files";

    /// What is kept: a quarter of them, or what so many downloads need that this suffices.
    private static final long KEPT_MAX = 512;

    private static final Logger LOG = LoggerFactory.getLogger(Descriptors.class);

    static Descriptors ofProcess() {
        try (Stream<String> lines = Files.lines(LIMITS)) {
            return new Descriptors(
                    lines.filter(line -> line.startsWith(LIMIT))
                            .map(line -> line.substring(LIMIT.length()).trim().split(" ", 2)[0])
                            .filter(soft -> !soft.equals("unlimited"))
                            .mapToLong(Long::parseLong)
                            .findFirst()
                            .orElse(Long.MAX_VALUE));
        } catch (IOException | RuntimeException e) {
            LOG.debug("there is no telling how many files may be open", e);
            return new Descriptors(Long.MAX_VALUE);
        }
    }

    /// Whether this connection takes one of those that are kept.
    boolean areScarce(Channel connection) {
        return isAbove(connection, most - kept());
    }

    /// Whether it takes one of the last of them, so that there is not even time to say why.
    boolean areGone(Channel connection) {
        return isAbove(connection, most - kept() / 2);
    }

    private long kept() {
        return Math.min(KEPT_MAX, most / 4);
    }

    private static boolean isAbove(Channel connection, long number) {
        return connection instanceof UnixChannel socket && socket.fd().intValue() >= number;
    }
}
