package dev.tarn.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tarn.oci.Digest;
import dev.tarn.oci.ErrorCode;
import dev.tarn.oci.MediaType;
import dev.tarn.oci.RegistryException.Unknown;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.pull.PageQuery;
import dev.tarn.pull.Referrers;
import dev.tarn.pull.TagPage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ListingTest {
    private static final byte[] INDEX =
            ("{\"schemaVersion\":2,\"mediaType\":\"" + MediaType.OCI_INDEX + "\",\"manifests\":[]}")
                    .getBytes(StandardCharsets.UTF_8);

    private final FakeRegistry registry = FakeRegistry.start();
    private final Strangers strangers = new Strangers();
    private final HttpUpstream upstream = strangers.upstream(registry);
    private final Digest digest = registry.addImage("library/app", "t000", 1, 10).digest();

    @AfterEach
    void close() {
        strangers.close();
        registry.close();
    }

    private Referrers referrers(Map<String, String> query) throws InterruptedException {
        return upstream.listReferrers(Strangers.APP, digest, PageQuery.of(query));
    }

    @Test
    void followsThePagesOfATagList() throws InterruptedException {
        for (int i = 1; i < 25; i++) {
            registry.tag("library/app", "t%03d".formatted(i), digest);
        }
        List<String> all = new ArrayList<>();
        TagPage page = upstream.listTags(Strangers.APP, PageQuery.of(Map.of("n", "10")));
        all.addAll(page.tags());
        while (page.next().isPresent()) {
            page = upstream.listTags(Strangers.APP, page.next().get());
            all.addAll(page.tags());
        }

        assertThat(all).hasSize(25).doesNotHaveDuplicates();
        assertThat(registry.requests()).hasSize(3);
    }

    @Test
    void aListOfAnUnknownRepositoryIsUnknown() {
        registry.removeTag("library/app", "t000");
        registry.inject(Fault.status(404, "NAME_UNKNOWN"));

        assertThatExceptionOfType(Unknown.class)
                .isThrownBy(() -> upstream.listTags(Strangers.APP, PageQuery.FIRST))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.NAME_UNKNOWN));
    }

    @Test
    void refusesWhatIsNoList() {
        registry.setReferrers("library/app", digest, INDEX);
        registry.inject(Fault.html());

        assertThatExceptionOfType(UpstreamFailed.class)
                .isThrownBy(() -> upstream.listTags(Strangers.APP, PageQuery.FIRST));
        assertThatExceptionOfType(UpstreamFailed.class).isThrownBy(() -> referrers(Map.of()));
    }

    @Test
    void listsReferrersByteForByte() throws InterruptedException {
        registry.setReferrers("library/app", digest, INDEX, INDEX);
        registry.inject(Fault.header("OCI-Filters-Applied", "artifactType"));

        Referrers first = referrers(Map.of("artifactType", "application/x+y"));

        assertThat(first.index().digest()).isEqualTo(Digest.of(Digest.Algorithm.SHA256, INDEX));
        assertThat(first.filtersApplied()).contains("artifactType");
        assertThat(first.next().orElseThrow().parameters()).hasToString("{page=1}");
        assertThat(referrers(first.next().orElseThrow().parameters()).next()).isEmpty();
        assertThat(registry.requests().getFirst().query())
                .containsEntry("artifactType", "application/x+y");
    }

    @Test
    void noReferrersIsUnknown() {
        assertThatExceptionOfType(Unknown.class).isThrownBy(() -> referrers(Map.of()));
    }

    @Test
    void referrersAreAnIndexAndNothingElse() {
        registry.setReferrers(
                "library/app", digest, "{\"schemaVersion\":2}".getBytes(StandardCharsets.UTF_8));
        registry.inject(Fault.header("Content-Type", MediaType.OCI_MANIFEST.text()));

        assertThatExceptionOfType(UpstreamFailed.class).isThrownBy(() -> referrers(Map.of()));
    }
}
