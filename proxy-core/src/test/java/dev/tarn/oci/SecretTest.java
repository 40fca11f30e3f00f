package dev.tarn.oci;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SecretTest {

    @Test
    void isShownOnlyToWhomAsksForIt() {
        Secret secret = new Secret("hunter2");

        assertThat(secret.reveal()).isEqualTo("hunter2");
        assertThat(secret).hasToString("•••");
        assertThat(Optional.of(Map.of("password", secret)).toString()).doesNotContain("hunter2");
        assertThat(String.format("%s", secret)).doesNotContain("hunter2");
    }

    @Test
    void itsLengthDoesNotShowEither() {
        assertThat(new Secret("")).hasToString(new Secret("a".repeat(100)).toString());
    }
}
