package dev.tarn.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class WrkTest {

    private static final String OUTPUT =
            """
            Running 1s test @ http://127.0.0.1:1/v2/
              2 threads and 32 connections
              Thread Stats   Avg      Stdev     Max   +/- Stdev
                Latency     1.13ms    2.46ms  38.43ms   92.59%
                Req/Sec    27.80k     4.35k   34.99k    65.00%
              Latency Distribution
                 50%  340.00us
                 75%    0.89ms
                 90%    2.75ms
                 99%    1.20s
              55442 requests in 1.01s, 109.60MB read
            Requests/sec:  54781.90
            Transfer/sec:    108.29MB
            """;

    @Test
    void readsWhatWrkPrints() {
        assertThat(Wrk.parse(OUTPUT)).isEqualTo(new Wrk(54_781.90, 55_442, 0.34, 1_200));
    }

    @Test
    void answersThatAreNoSuccessMakeTheRunVoid() {
        assertThatThrownBy(() -> Wrk.parse(OUTPUT + "  Non-2xx or 3xx responses: 17\n"))
                .isInstanceOf(WrongByteException.class)
                .hasMessageContaining("17");
    }
}
