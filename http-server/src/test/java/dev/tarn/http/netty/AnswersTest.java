package dev.tarn.http.netty;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AnswersTest {

    private static final int KIB = 1 << 10;

    private final Answers answers = new Answers();

    private void begin(int count) {
        for (int i = 0; i < count; i++) {
            answers.begin();
        }
    }

    @Test
    void aFewMayTakeMuchIntoMemoryAndManyALittleEach() {
        assertThat(answers.pieceBytesMax()).isEqualTo(256 * KIB);
        begin(256);
        assertThat(answers.pieceBytesMax()).isEqualTo(256 * KIB);
        begin(768);
        assertThat(answers.pieceBytesMax()).isEqualTo(64 * KIB);
        begin(100_000);
        assertThat(answers.pieceBytesMax()).isEqualTo(16 * KIB);
    }

    @Test
    void soManyAreHurriedAtATime() {
        for (int i = 0; i < 64; i++) {
            assertThat(answers.hurries()).isTrue();
        }
        assertThat(answers.hurries()).isFalse();
        answers.calmed();
        assertThat(answers.hurries()).isTrue();
    }
}
