package dev.tarn.pull;

import dev.tarn.oci.Digest;
import java.io.IOException;
import java.util.Optional;

/// Whole, verified blobs by digest, and the files of those on their way in. All methods may be
/// called from any thread.
public interface BlobStore {

    /// Opens a committed blob for one reader.
    Optional<BlobContent> find(Digest digest);

    /// The same where nothing has to be waited for, no lock and no disk. Empty says only that
    /// `find` would have to look.
    default Optional<BlobContent> recall(Digest digest) {
        return Optional.empty();
    }

    /// Takes away what is stored under a digest, because it could not be read or was not right:
    /// from now on it is missing, so that it is fetched again. Who reads it goes on as far as that
    /// goes.
    void condemn(Digest digest);

    /// The file that a download fills. There is at most one per digest at a time: the caller sees
    /// to that.
    IncomingBlob begin(Digest digest) throws IOException;
}
