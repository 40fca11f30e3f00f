package dev.tarn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.Configurator.ExecutionStatus;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class LogToStandardErrorTest {

    @Test
    void isFoundByLogback() {
        assertThat(ServiceLoader.load(Configurator.class))
                .hasAtLeastOneElementOfType(LogToStandardError.class);
    }

    @Test
    void writesOneLineForEachEventFromInfoUp() {
        PrintStream standardError = System.err;
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
        LoggerContext logs = new LoggerContext();
        logs.setMDCAdapter(new LogbackMDCAdapter());
        try {
            assertThat(new LogToStandardError().configure(logs))
                    .isEqualTo(ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY);
            logs.getLogger("dev.tarn.Something").info("said {}", 1);
            logs.getLogger("dev.tarn.Something").debug("not said");
            logs.getLogger("io.netty.Something").info("not said");
            logs.stop(); // waits until all is written
        } finally {
            System.setErr(standardError);
        }
        assertThat(written.toString(StandardCharsets.UTF_8))
                .matches(
                        "\\d{4}-\\d\\d-\\d\\dT[0-9:.]+(Z|[+-]\\d\\d:\\d\\d) INFO  Something: said 1\n");
    }
}
