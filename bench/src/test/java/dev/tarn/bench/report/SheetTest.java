package dev.tarn.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SheetTest {

    @Test
    void tableShowsMediansWithTheLeastAndTheMost() {
        Sheet sheet = new Sheet("case");
        sheet.add("tarn", Metric.SECONDS, 3);
        sheet.add("tarn", Metric.SECONDS, 1);
        sheet.add("tarn", Metric.SECONDS, 2);
        sheet.add("peer", Metric.SECONDS, 4);
        sheet.add("peer", Metric.RSS_MB, 50);
        assertThat(sheet.table())
                .hasToString(
                        """
                        | case | rounds | seconds          | RSS MB |
                        | ---- | ------ | ---------------- | ------ |
                        | tarn | 3      | 2.00 [1.00–3.00] | –      |
                        | peer | 1      | 4.00             | 50.0   |\
                        """);
    }
}
