package dev.tarn.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.oci.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

final class LedgerTest {

    private static final Digest A = new Digest(Digest.Algorithm.SHA256, "a".repeat(64));
    private static final Digest B = new Digest(Digest.Algorithm.SHA256, "b".repeat(64));

    private final Ledger ledger = new Ledger();

    @Test
    void aHoldGrowsAsFarAsTheCapacityGoes() {
        ledger.stored(60);
        Ledger.Hold hold = ledger.hold(A, 0);

        assertThat(hold.grow(41, 100)).isFalse();
        assertThat(hold.bytes()).isZero();
        assertThat(hold.grow(40, 100)).isTrue();
        assertThat(hold.grow(10, 100)).isTrue();
        assertThat(hold.bytes()).isEqualTo(40);
        assertThat(ledger.total()).isEqualTo(100);
    }

    @Test
    void noSizeIsTooLargeToBeRefused() {
        ledger.stored(60);

        assertThat(ledger.hold(A, 0).grow(Long.MAX_VALUE, 100)).isFalse();
        assertThat(ledger.hold(B, 10).grow(Long.MAX_VALUE, Long.MAX_VALUE)).isFalse();
    }

    @Test
    void whatIsCommittedIsStoredAndNoLongerHeld() {
        Ledger.Hold hold = ledger.hold(A, 0);
        assertThat(hold.grow(40, 100)).isTrue();

        hold.turnIntoStored(35);
        hold.leave(0);

        assertThat(ledger.stored()).isEqualTo(35);
        assertThat(ledger.total()).isEqualTo(35);
    }

    @Test
    void whatIsLeftBehindCountsUntilItIsTakenUpAgain() {
        ledger.hold(A, 30).leave(20);
        ledger.hold(B, 0).leave(5);
        assertThat(ledger.total()).isEqualTo(25);
        assertThat(ledger.oldestKept()).contains(A);

        Ledger.Hold again = ledger.hold(A, 20);
        assertThat(ledger.total()).isEqualTo(25);
        assertThat(ledger.keptBytes()).isEqualTo(5);
        assertThat(ledger.oldestKept()).contains(B);

        again.leave(0);
        ledger.forget(B);
        assertThat(ledger.total()).isZero();
    }

    @Test
    void manyWhoGrowAtTheSameTimeStayWithinTheCapacity() throws Exception {
        List<Future<Long>> grown = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 50; i++) {
                Digest digest = Digest.of(Digest.Algorithm.SHA256, new byte[] {(byte) i});
                grown.add(
                        threads.submit(() -> {
                            Ledger.Hold hold = ledger.hold(digest, 0);
                            for (int bytes = 1; bytes <= 100; bytes++) {
                                var _ = hold.grow(bytes, 1_000);
                            }
                            return hold.bytes();
                        }));
            }
        }
        long sum = 0;
        for (Future<Long> one : grown) {
            sum += one.get();
        }

        assertThat(sum).isEqualTo(1_000).isEqualTo(ledger.total());
    }
}
