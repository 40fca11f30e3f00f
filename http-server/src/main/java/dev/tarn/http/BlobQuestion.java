package dev.tarn.http;

import static dev.tarn.oci.RegistryException.UpstreamFailed.Kind.WRONG_BYTES;

import dev.tarn.http.Asked.Found;
import dev.tarn.oci.ByteRange;
import dev.tarn.oci.ContentRange;
import dev.tarn.oci.Digest;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.pull.BlobContent;
import dev.tarn.pull.BlobPull;
import dev.tarn.pull.BlobPuller;
import dev.tarn.pull.BlobSize;
import dev.tarn.pull.Outcome;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A blob that is asked for, all or a part of it, or how large it is.
final class BlobQuestion implements Question, Repair {

    private final Asked asked;
    private final BlobPuller blobs;
    private final Digest digest;
    private final Optional<ByteRange> range;
    private final boolean isUnchanged;

    /// The head of the answer when the blob is a hit: it is the same each time.
    private volatile @Nullable ResponseHead hitHead;

    BlobQuestion(Asked asked, BlobPuller blobs, Digest digest) {
        this.asked = asked;
        this.blobs = blobs;
        this.digest = digest;
        this.range = Conditions.range(asked.request(), digest);
        this.isUnchanged = Conditions.isUnchanged(asked.request(), digest);
    }

    @Override
    public Optional<Response> recall() {
        return blobs.recall(asked.target(), digest).map(this::hit);
    }

    private Response hit(BlobContent content) {
        try {
            return asked.answer(() -> found(new BlobPull(content, Outcome.HIT)));
        } catch (InterruptedException e) {
            throw new IllegalStateException("what is stored is not waited for", e);
        }
    }

    @Override
    public Response answer() throws InterruptedException {
        return asked.answer(this::find);
    }

    private Found find() throws InterruptedException {
        if (isAboutSize()) {
            BlobSize size = blobs.size(asked.target(), digest);
            return described(size.bytes(), size.outcome());
        }
        return found(blobs.pull(asked.target(), digest, range.orElse(ByteRange.whole())));
    }

    @Override
    public void condemn(BlobContent damaged) {
        blobs.condemn(digest, damaged);
    }

    @Override
    public BlobContent pull() throws InterruptedException {
        return blobs.pull(asked.target(), digest, range.orElse(ByteRange.whole())).content();
    }

    private boolean isAboutSize() {
        return asked.request().isHead() || isUnchanged;
    }

    private Found described(long size, Outcome outcome) {
        Response response =
                isUnchanged
                        ? Response.empty(304)
                        : Response.empty(200)
                                .with("Content-Type", "application/octet-stream")
                                .with("Content-Length", Long.toString(size))
                                .with("Accept-Ranges", "bytes");
        return asked.found(response, digest, outcome);
    }

    /// Waits for the first byte before it answers: until then a failure can still be told by a
    /// status.
    private Found found(BlobPull pull) throws InterruptedException {
        BlobContent content = pull.content();
        boolean isHandedOver = false;
        try {
            long size = content.awaitSize();
            if (size == 0 && !digest.equals(Digest.of(digest.algorithm(), new byte[0]))) {
                // no last byte can be held back until it has been checked
                throw new UpstreamFailed(WRONG_BYTES, "an empty blob, but not by its digest");
            }
            if (isAboutSize()) {
                return described(size, pull.outcome());
            }
            ContentRange part = range.orElse(ByteRange.whole()).of(size);
            if (part.length() > 0) {
                var _ = content.awaitReadable(part.start());
            }
            isHandedOver = true;
            return found(content, part, pull.outcome());
        } finally {
            if (!isHandedOver) {
                content.close();
            }
        }
    }

    private Found found(BlobContent content, ContentRange part, Outcome outcome) {
        ResponseHead known = hitHead;
        if (known != null && outcome == Outcome.HIT) {
            return new Found(Response.of(known, content, part, this), outcome, Optional.of(digest));
        }
        Response response =
                range.isPresent() && part.length() > 0
                        ? Response.blob(206, content, part, this)
                                .with("Content-Range", part.header())
                        : Response.blob(200, content, part, this);
        Found found = asked.found(response.with("Accept-Ranges", "bytes"), digest, outcome);
        if (outcome == Outcome.HIT) {
            hitHead = found.response().head();
        }
        return found;
    }
}
