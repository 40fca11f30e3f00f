package dev.tarn.http;

import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.pull.BlobContent;

/// How an answer goes on whose blob turns out to be unreadable in the middle of it. Called on the
/// virtual thread of the request, for both may wait.
public interface Repair {

    /// Where there is no other place to have the blob from.
    Repair NONE =
            new Repair() {
                @Override
                public void condemn(BlobContent damaged) {
                    // whoever gave it out has nowhere to take it from
                }

                @Override
                public BlobContent pull() {
                    throw new UpstreamFailed(
                            UpstreamFailed.Kind.CUT_OFF, "there is nobody to have it from");
                }
            };

    /// Sees to it that nobody is given the damaged bytes from now on.
    void condemn(BlobContent damaged);

    /// The same blob once more, for the caller to close.
    BlobContent pull() throws InterruptedException;
}
