package dev.tarn.pull;

import static dev.tarn.pull.Reading.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tarn.oci.ByteRange;
import dev.tarn.oci.Digest;
import dev.tarn.oci.RegistryException.Throttled;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class DownloadLimitTest {

    private final ScriptedUpstream upstream = new ScriptedUpstream("registry.test");
    private final Target target = upstream.target("a/one");

    @Test
    void aDownloadTooManyIsRefusedAndAJoinIsNot() throws Exception {
        Semaphore pieces = upstream.hold();
        try (BlobPuller puller =
                new BlobPuller(
                        new InMemoryBlobStore(),
                        new InMemoryManifestStore(),
                        DownloadConfig.DEFAULT,
                        PullListener.NOBODY)) {
            List<BlobContent> all = new ArrayList<>();
            for (int i = 0; i < BlobPuller.DOWNLOADS_MAX; i++) {
                all.add(puller.pull(target, blob(i), ByteRange.whole()).content());
            }
            Digest tooMany = blob(BlobPuller.DOWNLOADS_MAX);

            assertThatThrownBy(() -> puller.pull(target, tooMany, ByteRange.whole()))
                    .isInstanceOf(Throttled.class);
            BlobPull joined = puller.pull(target, blob(0), ByteRange.whole());

            assertThat(joined.outcome()).isEqualTo(Outcome.JOIN);
            pieces.release(10_000);
            assertThat(read(joined.content(), ByteRange.whole())).hasSize(8);
            all.forEach(BlobContent::close);
            await().ignoreExceptionsInstanceOf(Throttled.class)
                    .untilAsserted(() -> {
                        BlobPull later = puller.pull(target, tooMany, ByteRange.whole());
                        assertThat(read(later.content(), ByteRange.whole())).hasSize(8);
                    });
        }
    }

    private Digest blob(int number) {
        return upstream.addBlob("a/one", ScriptedUpstream.randomBytes(8, number));
    }
}
