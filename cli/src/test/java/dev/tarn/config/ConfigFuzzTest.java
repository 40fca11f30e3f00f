package dev.tarn.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

class ConfigFuzzTest {

    /// A file is a configuration, or all that is wrong with it is told.
    @FuzzTest(maxDuration = "30s")
    void isAConfigurationOrItsMistakesAreTold(byte[] input) throws IOException {
        Path file = Files.createTempFile("tarn-config-", ".yaml");
        try {
            Files.write(file, input);
            assertThat(ConfigReader.read(Optional.of(file), Map.of())).isNotNull();
        } catch (ConfigException e) {
            assertThat(e.getMessage()).isNotBlank();
        } finally {
            Files.delete(file);
        }
    }
}
