package dev.tarn.http;

import dev.tarn.http.Asked.Found;
import dev.tarn.oci.Accept;
import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.oci.MediaType;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.Reference;
import dev.tarn.pull.DescriptorPull;
import dev.tarn.pull.ManifestPull;
import dev.tarn.pull.ManifestPuller;
import dev.tarn.pull.Outcome;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A manifest that is asked for, or what its reference means.
final class ManifestQuestion implements Question {

    private final Asked asked;
    private final ManifestPuller manifests;
    private final Reference reference;
    private final Accept accept;
    private volatile @Nullable Hit lastHit;

    /// The head of the answer when this manifest was a hit: it is the same each time, for a second.
    ///
    /// @param seconds how long ago that was confirmed; -1 where that does not matter
    private record Hit(Digest digest, MediaType mediaType, long seconds, ResponseHead head) {
        boolean isOf(RawManifest manifest, long since) {
            return seconds == since
                    && digest.equals(manifest.digest())
                    && mediaType.equals(manifest.mediaType());
        }
    }

    ManifestQuestion(Asked asked, ManifestPuller manifests, Reference reference, Accept accept) {
        this.asked = asked;
        this.manifests = manifests;
        this.reference = reference;
        this.accept = accept;
    }

    @Override
    public Optional<Response> recall() {
        return manifests
                .recall(asked.target(), reference, accept)
                .map(pull ->
                        asked.heard(
                                new Found(
                                        hit(pull),
                                        Outcome.HIT,
                                        Optional.of(pull.manifest().digest()))));
    }

    private Response hit(ManifestPull pull) {
        RawManifest manifest = pull.manifest();
        long seconds = pull.age().map(Duration::toSeconds).orElse(-1L);
        Hit hit = lastHit;
        if (hit == null || !hit.isOf(manifest, seconds)) {
            ResponseHead head = found(pull).response().head();
            hit = new Hit(manifest.digest(), manifest.mediaType(), seconds, head);
            lastHit = hit;
        }
        boolean hasBody = hit.head().status() == 200 && !asked.request().isHead();
        return hasBody ? Response.of(hit.head(), manifest.bytes()) : Response.of(hit.head());
    }

    @Override
    public Response answer() throws InterruptedException {
        return asked.answer(asked.request().isHead() ? this::describe : this::pull);
    }

    private Found pull() throws InterruptedException {
        ManifestPull pull = manifests.pull(asked.target(), reference, accept);
        Found found = found(pull);
        return pull.outcome() == Outcome.MISS
                ? found.whenSent(() -> manifests.prefetch(asked.target(), pull.manifest()))
                : found;
    }

    private Found found(ManifestPull pull) {
        RawManifest manifest = pull.manifest();
        Response response =
                isUnchanged(manifest.digest())
                        ? Response.empty(304)
                        : Response.bytes(200, manifest.mediaType().text(), manifest.bytes());
        return asked.found(aged(response, pull.age()), manifest.digest(), pull.outcome());
    }

    /// RFC 9111 §5.1.
    private static Response aged(Response response, Optional<Duration> age) {
        return age.map(since -> response.with("Age", Long.toString(Math.max(0, since.toSeconds()))))
                .orElse(response);
    }

    private Found describe() throws InterruptedException {
        DescriptorPull pull = manifests.describe(asked.target(), reference, accept);
        Descriptor descriptor = pull.descriptor();
        Response response =
                isUnchanged(descriptor.digest())
                        ? Response.empty(304)
                        : Response.empty(200)
                                .with("Content-Type", descriptor.mediaType().text())
                                .with("Content-Length", Long.toString(descriptor.size()));
        return asked.found(aged(response, pull.age()), descriptor.digest(), pull.outcome());
    }

    private boolean isUnchanged(Digest digest) {
        return Conditions.isUnchanged(asked.request(), digest);
    }
}
