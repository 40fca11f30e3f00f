package dev.tarn.pull;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.oci.Accept;
import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.oci.MediaType;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.Repository;
import dev.tarn.oci.RepositoryName;
import dev.tarn.oci.Tag;
import dev.tarn.pull.ManifestStore.TagEntry;
import dev.tarn.pull.ManifestStore.TagMeaning;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What every `ManifestStore` does.
public abstract class ManifestStoreContract {

    protected static final RawManifest MANIFEST = manifest("{\"schemaVersion\": 2}");
    protected static final Repository ALPINE = repository("docker.io", "library/alpine");
    protected static final Tag LATEST = new Tag("latest");
    protected static final Instant NOW = Instant.parse("2026-03-01T12:00:00.123456789Z");
    protected static final TagEntry ENTRY = new TagEntry(MANIFEST.descriptor(), NOW);

    /// The store under test, empty at first; the same one during a test.
    protected abstract ManifestStore store();

    @Test
    void aManifestThatNobodyPutIsNotFound() {
        assertThat(store().find(MANIFEST.digest())).isEmpty();
    }

    @Test
    void aManifestIsFoundByteForByte() {
        store().put(MANIFEST);

        RawManifest found = store().find(MANIFEST.digest()).orElseThrow();
        assertThat(found.bytes()).isEqualTo(MANIFEST.bytes());
        assertThat(found.mediaType()).isEqualTo(MANIFEST.mediaType());
        assertThat(found.digest()).isEqualTo(MANIFEST.digest());
    }

    @Test
    void aManifestThatWasLookedForBeforeItWasPutIsFound() {
        assertThat(store().find(MANIFEST.digest())).isEmpty();
        store().put(MANIFEST);

        assertThat(store().find(MANIFEST.digest())).isPresent();
    }

    @Test
    void whatWasFetchedIsFoundByItsDigestAndByItsTagAndThroughItsRepository() {
        assertThat(store().isLinked(ALPINE, MANIFEST.digest())).isFalse();
        store().putFetched(
                        ALPINE,
                        MANIFEST,
                        Optional.of(new TagMeaning(LATEST, Accept.ANYTHING, ENTRY)));

        assertThat(store().find(MANIFEST.digest())).isPresent();
        assertThat(store().isLinked(ALPINE, MANIFEST.digest())).isTrue();
        assertThat(store().findTag(ALPINE, LATEST, Accept.ANYTHING)).contains(ENTRY);
        assertThat(store().recall(MANIFEST.digest())).isPresent();
        assertThat(store().recallsLink(ALPINE, MANIFEST.digest())).isTrue();
        assertThat(store().recallTag(ALPINE, LATEST, Accept.ANYTHING)).contains(ENTRY);
    }

    @Test
    void whatWasFetchedByDigestHasNoTag() {
        store().putFetched(ALPINE, MANIFEST, Optional.empty());

        assertThat(store().isLinked(ALPINE, MANIFEST.digest())).isTrue();
        assertThat(store().findTag(ALPINE, LATEST, Accept.ANYTHING)).isEmpty();
    }

    @Test
    void aManifestNamedBySha512IsFoundByThatNameOnly() {
        byte[] bytes = "{}".getBytes(UTF_8);
        RawManifest manifest =
                RawManifest.of(MediaType.OCI_INDEX, Digest.Algorithm.SHA512, bytes.clone());
        store().put(manifest);

        assertThat(store().find(manifest.digest()).orElseThrow().descriptor())
                .isEqualTo(manifest.descriptor());
        assertThat(store().find(Digest.of(Digest.Algorithm.SHA256, bytes))).isEmpty();
    }

    @Test
    void aManifestOfNoBytesIsAManifest() {
        RawManifest manifest = manifest("");
        store().put(manifest);

        assertThat(store().find(manifest.digest()).orElseThrow().size()).isZero();
    }

    @Test
    void aManifestOfTheLargestSizeIsFound() {
        byte[] bytes = BlobStoreContract.random(RawManifest.SIZE_MAX, 7);
        RawManifest manifest =
                RawManifest.of(MediaType.OCI_MANIFEST, Digest.Algorithm.SHA256, bytes);
        store().put(manifest);

        assertThat(store().find(manifest.digest()).orElseThrow().bytes())
                .isEqualTo(manifest.bytes());
    }

    @Test
    void aManifestPutTwiceIsThereOnce() {
        store().put(MANIFEST);
        store().put(manifest("{\"schemaVersion\": 2}"));

        assertThat(store().find(MANIFEST.digest())).isPresent();
    }

    @Test
    void aTagThatNobodyPutIsNotFound() {
        assertThat(store().findTag(ALPINE, LATEST, Accept.ANYTHING)).isEmpty();
    }

    @Test
    void aTagIsFoundAsItWasPutToTheNanosecond() {
        store().putTag(ALPINE, LATEST, Accept.ANYTHING, ENTRY);

        assertThat(store().findTag(ALPINE, LATEST, Accept.ANYTHING)).contains(ENTRY);
    }

    @Test
    void aTagMeansWhatItWasLastPutAs() {
        TagEntry next = new TagEntry(manifest("2").descriptor(), NOW.plus(Duration.ofDays(1)));
        assertThat(store().findTag(ALPINE, LATEST, Accept.ANYTHING)).isEmpty();
        store().putTag(ALPINE, LATEST, Accept.ANYTHING, ENTRY);
        store().putTag(ALPINE, LATEST, Accept.ANYTHING, next);

        assertThat(store().findTag(ALPINE, LATEST, Accept.ANYTHING)).contains(next);
    }

    @Test
    void aTagEntryMayNameAManifestThatIsNotStored() {
        store().putTag(ALPINE, LATEST, Accept.ANYTHING, ENTRY);

        assertThat(store().find(MANIFEST.digest())).isEmpty();
    }

    @Test
    void aTagIsKeptPerAccept() {
        Accept indexOnly = Accept.parse(List.of(MediaType.OCI_INDEX.text()));
        store().putTag(ALPINE, LATEST, indexOnly, ENTRY);

        assertThat(store().findTag(ALPINE, LATEST, Accept.ANYTHING)).isEmpty();
        assertThat(store().findTag(ALPINE, LATEST, indexOnly)).contains(ENTRY);
    }

    @Test
    void aTagIsKeptPerUpstreamRepositoryAndName() {
        store().putTag(ALPINE, LATEST, Accept.ANYTHING, ENTRY);

        Repository sameNameElsewhere = repository("quay.io", "library/alpine");
        Repository otherName = repository("docker.io", "library/alpine2");
        assertThat(store().findTag(sameNameElsewhere, LATEST, Accept.ANYTHING)).isEmpty();
        assertThat(store().findTag(otherName, LATEST, Accept.ANYTHING)).isEmpty();
        assertThat(store().findTag(ALPINE, new Tag("latest1"), Accept.ANYTHING)).isEmpty();
    }

    @Test
    void aTagEntryOfSha512AndALargeSizeIsKept() {
        Digest digest = Digest.of(Digest.Algorithm.SHA512, new byte[0]);
        TagEntry entry =
                new TagEntry(new Descriptor(new MediaType("a/b"), digest, 1L << 40), Instant.EPOCH);
        store().putTag(ALPINE, LATEST, Accept.ANYTHING, entry);

        assertThat(store().findTag(ALPINE, LATEST, Accept.ANYTHING)).contains(entry);
    }

    @Test
    void nothingIsLinkedAtFirst() {
        assertThat(store().isLinked(ALPINE, MANIFEST.digest())).isFalse();
    }

    @Test
    void aLinkIsSeenByThoseWhoLookedBeforeToo() {
        assertThat(store().isLinked(ALPINE, MANIFEST.digest())).isFalse();
        store().link(ALPINE, MANIFEST.digest());

        assertThat(store().isLinked(ALPINE, MANIFEST.digest())).isTrue();
    }

    @Test
    void aLinkMadeTwiceIsALink() {
        store().link(ALPINE, MANIFEST.digest());
        store().link(ALPINE, MANIFEST.digest());

        assertThat(store().isLinked(ALPINE, MANIFEST.digest())).isTrue();
    }

    @Test
    void aTagIsMadeStaleForEveryoneWhoAsksForIt() {
        Tag tag = new Tag("v1");
        Tag other = new Tag("v1.1");
        Accept narrow = Accept.parse(List.of(MediaType.OCI_INDEX.text()));
        TagEntry fresh = new TagEntry(MANIFEST.descriptor(), NOW);
        store().putTag(ALPINE, tag, Accept.ANYTHING, fresh);
        store().putTag(ALPINE, tag, narrow, fresh);
        store().putTag(ALPINE, other, Accept.ANYTHING, fresh);

        TagEntry stale = new TagEntry(MANIFEST.descriptor(), NOW.minusSeconds(60));
        store().makeStale(ALPINE, tag, stale.checkedAt());
        store().makeStale(ALPINE, tag, NOW);

        assertThat(store().findTag(ALPINE, tag, Accept.ANYTHING)).contains(stale);
        assertThat(store().findTag(ALPINE, tag, narrow)).contains(stale);
        assertThat(store().findTag(ALPINE, other, Accept.ANYTHING)).contains(fresh);
    }

    @Test
    void aLinkHoldsForOneDigestInOneRepositoryOfOneUpstream() {
        store().link(ALPINE, MANIFEST.digest());

        assertThat(store().isLinked(ALPINE, manifest("other").digest())).isFalse();
        assertThat(store().isLinked(repository("docker.io", "library"), MANIFEST.digest()))
                .isFalse();
        assertThat(store().isLinked(repository("ghcr.io", "library/alpine"), MANIFEST.digest()))
                .isFalse();
    }

    @Test
    void aStoredManifestIsNotThereforeLinked() {
        store().put(MANIFEST);

        assertThat(store().isLinked(ALPINE, MANIFEST.digest())).isFalse();
    }

    @Test
    void sixtyFourThreadsPutAndLinkAtOnce() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> results =
                    IntStream.range(0, 64)
                            .mapToObj(i -> threads.submit(() -> putAndLink(i)))
                            .toList();
            for (Future<Boolean> result : results) {
                assertThat(result.get()).isTrue();
            }
        }
        IntStream.range(0, 64)
                .forEach(i ->
                        assertThat(store().isLinked(ALPINE, manifest("m" + i).digest())).isTrue());
    }

    private boolean putAndLink(int i) {
        RawManifest manifest = manifest("m" + i);
        Tag tag = new Tag("t" + i);
        boolean wasLinked = store().isLinked(ALPINE, manifest.digest());
        store().put(manifest);
        store().link(ALPINE, manifest.digest());
        store().putTag(ALPINE, tag, Accept.ANYTHING, new TagEntry(manifest.descriptor(), NOW));
        return !wasLinked
                && store().find(manifest.digest()).isPresent()
                && store().isLinked(ALPINE, manifest.digest())
                && store().findTag(ALPINE, tag, Accept.ANYTHING).isPresent();
    }

    protected static RawManifest manifest(String text) {
        return RawManifest.of(
                MediaType.OCI_MANIFEST, Digest.Algorithm.SHA256, text.getBytes(UTF_8));
    }

    protected static Repository repository(String host, String name) {
        return new Repository(new RegistryHost(host), new RepositoryName(name));
    }
}
