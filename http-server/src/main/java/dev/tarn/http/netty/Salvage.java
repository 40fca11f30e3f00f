package dev.tarn.http.netty;

import dev.tarn.http.Response.Body;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.pull.BlobContent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where the bytes of one answer come from: its content, and when that cannot be read, the same
/// blob fetched again. What has been sent from a damaged file is in doubt; it is compared with the
/// new one before the last bytes may go. Used by the virtual thread of the request.
final class Salvage implements AutoCloseable {

    /// How often the same answer is tried with another content.
    private static final int TRIES_MAX = 3;

    private static final int PIECE_BYTES = 64 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(Salvage.class);

    /// What was sent of a content before it failed.
    private record Doubtful(BlobContent content, long start, long end) {}

    private final Body.Blob blob;
    private final List<Doubtful> doubtful = new ArrayList<>();
    private final List<BlobContent> pulled = new ArrayList<>();
    private BlobContent content;
    private long start;
    private int tries;

    Salvage(Body.Blob blob) {
        this.blob = blob;
        this.content = blob.content();
        this.start = blob.part().start();
    }

    BlobContent content() {
        return content;
    }

    /// Whether the content is not the one that the answer began with. Then it may be a file that
    /// others read too, or one that has never been looked at: nothing is to be sent from it unread.
    boolean isOther() {
        return tries > 0;
    }

    boolean hasDoubts() {
        return !doubtful.isEmpty();
    }

    /// The content cannot be read at `position`: what comes behind is to come from another one.
    void replace(long position, IOException failure) throws IOException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("the client left"); // which may have closed its file
        }
        if (tries == TRIES_MAX) {
            throw failure;
        }
        tries++;
        LOG.warn("a blob cannot be read at {}: it is fetched again", position, failure);
        if (position > start) {
            doubtful.add(new Doubtful(content, start, position));
        }
        blob.repair().condemn(content);
        content = blob.repair().pull();
        pulled.add(content);
        start = position;
        if (content.awaitSize() != blob.part().size()) {
            throw new UpstreamFailed(UpstreamFailed.Kind.WRONG_BYTES, "the size has changed");
        }
    }

    /// Whether all that is in doubt is as it is in the content now. Throws only where that one
    /// cannot be read.
    boolean isRight() throws IOException, InterruptedException {
        for (Doubtful sent : doubtful) {
            if (!isRight(sent)) {
                return false;
            }
        }
        doubtful.clear();
        return true;
    }

    private boolean isRight(Doubtful sent) throws IOException, InterruptedException {
        long position = sent.start();
        while (position < sent.end()) {
            long readable = Math.min(content.awaitReadable(position), sent.end());
            ByteBuffer now = ByteBuffer.allocate((int) Math.min(readable - position, PIECE_BYTES));
            ByteBuffer then = ByteBuffer.allocate(now.capacity());
            fill(now, content, position);
            try {
                fill(then, sent.content(), position);
            } catch (IOException e) {
                LOG.warn("nobody can say whether what was sent was right", e);
                return false;
            }
            if (!now.flip().equals(then.flip())) {
                return false;
            }
            position += now.capacity();
        }
        return true;
    }

    static void fill(ByteBuffer target, BlobContent content, long position) throws IOException {
        int start = target.position();
        while (target.hasRemaining()) {
            var _ = content.read(target, position + target.position() - start);
        }
    }

    @Override
    public void close() {
        pulled.forEach(BlobContent::close);
    }
}
