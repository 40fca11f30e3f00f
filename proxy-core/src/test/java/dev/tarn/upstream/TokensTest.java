package dev.tarn.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.oci.RegistryException.Refused;
import dev.tarn.oci.Secret;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokensTest {
    private static final Token.Key KEY =
            new Token.Key(Url.parse("https://auth.example/token"), "s", "repository:a:pull");

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5); // the clock may wrap round
    private final AtomicInteger asked = new AtomicInteger();

    private Tokens tokens(Duration lifetime) {
        return new Tokens(
                _ -> new Token(new Secret("t" + asked.incrementAndGet()), lifetime), nanos::get);
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void keepsATokenUntilShortlyBeforeItsEnd() throws InterruptedException {
        Tokens tokens = tokens(Duration.ofSeconds(60));

        assertThat(tokens.find(KEY)).isEmpty();
        assertThat(tokens.fetch(KEY)).isEqualTo(new Secret("t1"));
        pass(Duration.ofSeconds(53));
        assertThat(tokens.find(KEY)).contains(new Secret("t1"));
        pass(Duration.ofSeconds(2));
        assertThat(tokens.find(KEY)).isEmpty();
        assertThat(tokens.fetch(KEY)).isEqualTo(new Secret("t2"));
    }

    @Test
    void endsLongTokensTenSecondsEarly() throws InterruptedException {
        Tokens tokens = tokens(Duration.ofHours(1));
        tokens.fetch(KEY);

        pass(Duration.ofHours(1).minusSeconds(11));
        assertThat(tokens.find(KEY)).isPresent();
        pass(Duration.ofSeconds(2));
        assertThat(tokens.find(KEY)).isEmpty();
    }

    @Test
    void forgetsOnlyTheTokenThatWasRefused() throws InterruptedException {
        Tokens tokens = tokens(Duration.ofHours(1));
        Secret token = tokens.fetch(KEY);

        tokens.forget(KEY, new Secret("another"));
        assertThat(tokens.find(KEY)).isPresent();
        tokens.forget(KEY, token);
        assertThat(tokens.find(KEY)).isEmpty();
    }

    @Test
    void aHundredRequestsAskOnce() throws Exception {
        CountDownLatch mayAnswer = new CountDownLatch(1);
        Tokens tokens =
                new Tokens(
                        _ -> {
                            asked.incrementAndGet();
                            mayAnswer.await();
                            return new Token(new Secret("t"), Duration.ofSeconds(60));
                        },
                        nanos::get);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Secret>> all = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                all.add(threads.submit(() -> tokens.fetch(KEY)));
            }
            mayAnswer.countDown();
            for (Future<Secret> one : all) {
                assertThat(one.get()).isEqualTo(new Secret("t"));
            }
        }
        assertThat(asked).hasValue(1);
    }

    @Test
    void whoWaitsTakesOverFromOneThatWasInterrupted() throws Exception {
        CountDownLatch firstAsks = new CountDownLatch(1);
        Tokens tokens =
                new Tokens(
                        _ -> {
                            if (asked.incrementAndGet() == 1) {
                                firstAsks.countDown();
                                new CountDownLatch(1).await();
                            }
                            return new Token(new Secret("t"), Duration.ofSeconds(60));
                        },
                        nanos::get);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Secret> first = threads.submit(() -> tokens.fetch(KEY));
            firstAsks.await();
            Future<Secret> second = threads.submit(() -> tokens.fetch(KEY));
            first.cancel(true);
            assertThat(second.get()).isEqualTo(new Secret("t"));
        }
        assertThat(asked).hasValue(2);
    }

    @Test
    void aFailureIsEverybodysAndIsNotKept() throws InterruptedException {
        Tokens tokens =
                new Tokens(
                        _ -> {
                            if (asked.incrementAndGet() == 1) {
                                throw Refused.unauthorized("no");
                            }
                            return new Token(new Secret("t"), Duration.ofSeconds(60));
                        },
                        nanos::get);

        assertThatThrownBy(() -> tokens.fetch(KEY)).isInstanceOf(Refused.class);
        assertThat(tokens.fetch(KEY)).isEqualTo(new Secret("t"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"token\":\"x\"}|x|60",
                "{\"access_token\":\"y\",\"expires_in\":300}|y|300",
                "{\"token\":\"x\",\"access_token\":\"y\",\"expires_in\":3600}|x|3600",
                "{\"token\":\"\",\"access_token\":\"y\",\"expires_in\":-5}|y|0",
                "{\"token\":\"x\",\"expires_in\":99999999999}|x|86400",
                "{\"token\":\"x\",\"expires_in\":\"soon\"}|x|60"
            })
    void readsTokenDocuments(String json, String token, long seconds) {
        assertThat(TokenService.parse(json.getBytes(StandardCharsets.UTF_8)))
                .contains(new Token(new Secret(token), Duration.ofSeconds(seconds)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "{\"token\":5}",
                "{\"token\":\"a\\r\\nb\"}",
                "{\"token\":\"a b\"}",
                "<html>"
            })
    void refusesWhatIsNoToken(String json) {
        assertThat(TokenService.parse(json.getBytes(StandardCharsets.UTF_8))).isEmpty();
    }
}
