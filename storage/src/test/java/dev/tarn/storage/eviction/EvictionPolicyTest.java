package dev.tarn.storage.eviction;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class EvictionPolicyTest {

    private static final long SECOND = 1_000_000_000;

    @Test
    void whatWasUsedLastIsWorthMostToLru() {
        EvictionPolicy lru = Eviction.LRU.policy(1_000, 0);
        Usage early = lru.admit(1, 10, SECOND, 100);
        Usage late = lru.admit(2, 10, SECOND, 200);

        assertThat(lru.worth(early)).isLessThan(lru.worth(late));
        assertThat(lru.worth(lru.use(early, 1, 300))).isGreaterThan(lru.worth(late));
    }

    @Test
    void whatSavesMoreTimeForItsSizeIsWorthMoreToGdsf() {
        EvictionPolicy gdsf = Eviction.GDSF.policy(1_000, 0);
        Usage small = gdsf.admit(1, 10, SECOND, 1);
        Usage large = gdsf.admit(2, 1_000, SECOND, 1);
        Usage dear = gdsf.admit(3, 1_000, 10 * SECOND, 1);

        assertThat(gdsf.worth(large)).isLessThan(gdsf.worth(dear));
        assertThat(gdsf.worth(dear)).isLessThan(gdsf.worth(small));
        assertThat(gdsf.worth(gdsf.use(large, 19, 2))).isEqualTo(2 * gdsf.worth(dear));
    }

    @Test
    void whatWasPopularLongAgoSinksAsOthersComeAndGo() {
        EvictionPolicy gdsf = Eviction.GDSF.policy(1_000, 0);
        Usage popular = gdsf.use(gdsf.admit(1, 100, SECOND, 1), 9, 1);
        for (int i = 2; i < 12; i++) {
            Usage other = gdsf.admit(i, 100, SECOND, i);
            assertThat(gdsf.worth(popular)).isGreaterThan(gdsf.worth(other) - 1);
            gdsf.evicted(i, other);
        }

        assertThat(gdsf.worth(popular)).isLessThan(gdsf.worth(gdsf.admit(20, 100, SECOND, 20)));
    }

    @Test
    void gdsfGoesOnAfterARestartWhereItWas() {
        EvictionPolicy before = Eviction.GDSF.policy(1_000, 0);
        before.evicted(1, before.admit(1, 100, SECOND, 1));
        Usage last = before.admit(2, 100, SECOND, 2);

        EvictionPolicy after = Eviction.GDSF.policy(1_000, 0);
        after.meet(last);

        assertThat(after.admit(3, 100, SECOND, 3).mark()).isEqualTo(last.mark()).isPositive();
    }

    @Test
    void anEmptyBlobDividesByNothing() {
        EvictionPolicy gdsf = Eviction.GDSF.policy(1_000, 0);

        assertThat(gdsf.worth(gdsf.admit(1, 0, SECOND, 1))).isFinite();
    }

    @Test
    void whatIsWantedOnceLeavesTheSmallQueueAndWhatIsWantedTwiceDoesNot() {
        EvictionPolicy s3Fifo = Eviction.S3_FIFO.policy(1_000, 0);
        Usage once = s3Fifo.admit(1, 100, SECOND, 1);
        Usage twice = s3Fifo.use(s3Fifo.admit(2, 100, SECOND, 2), 1, 3);
        assertThat(s3Fifo.worth(once)).isLessThan(s3Fifo.worth(twice));
        assertThat(s3Fifo.spare(once, 4)).isEmpty();

        Usage inMain = s3Fifo.spare(twice, 4).orElseThrow();

        // The small queue is within its tenth now, so that the main one has its turn.
        assertThat(s3Fifo.worth(inMain)).isLessThan(s3Fifo.worth(once));
        assertThat(s3Fifo.spare(inMain, 5)).isEmpty();
    }

    @Test
    void whatComesBackAsAGhostGoesStraightIntoTheMainQueue() {
        EvictionPolicy s3Fifo = Eviction.S3_FIFO.policy(1_000, 0);
        s3Fifo.evicted(1, s3Fifo.admit(1, 500, SECOND, 1));
        Usage other = s3Fifo.admit(2, 500, SECOND, 2);

        Usage back = s3Fifo.admit(1, 500, SECOND, 3);

        assertThat(s3Fifo.worth(back)).isGreaterThan(s3Fifo.worth(other));
    }

    @Test
    void eachUseBuysOneMoreRoundInTheMainQueueUpToALimit() {
        EvictionPolicy s3Fifo = Eviction.S3_FIFO.policy(1_000, 10);
        Usage usage = s3Fifo.use(new Usage(10, SECOND, 1, 0, 5), 100, 11);
        int rounds = 0;
        while (s3Fifo.spare(usage, 12).isPresent()) {
            usage = s3Fifo.spare(usage, 12).orElseThrow();
            rounds++;
        }

        assertThat(rounds).isEqualTo(3);
    }
}
