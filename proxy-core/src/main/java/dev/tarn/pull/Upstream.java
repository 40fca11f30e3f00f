package dev.tarn.pull;

import dev.tarn.oci.Accept;
import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.Reference;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.RepositoryName;
import dev.tarn.oci.Tag;
import java.time.Duration;
import java.util.Optional;

/// A registry that we copy. Every call waits for the network, throws a `RegistryException` where
/// the registry did not give what was asked for, and is given up when its thread is interrupted.
public interface Upstream {

    RegistryHost host();

    /// How long a tag is taken to mean what it meant when it was last looked at.
    Duration tagTtl();

    /// The most connections to it for blobs at once.
    int connections();

    /// Fetches a manifest (GET). One asked for by digest has been hashed and is that one.
    RawManifest fetchManifest(RepositoryName name, Reference reference, Accept accept)
            throws InterruptedException;

    /// Asks what a reference means (HEAD). Empty where the registry has it, but does not say its
    /// digest, type and size.
    Optional<Descriptor> describeManifest(RepositoryName name, Reference reference, Accept accept)
            throws InterruptedException;

    /// A tag is said to have moved: what is remembered of it counts no more. Asks nothing.
    default void tagMoved(RepositoryName name, Tag tag) {}

    /// The size of a blob (HEAD); thereby the registry confirms that `name` has it.
    long blobSize(RepositoryName name, Digest digest) throws InterruptedException;

    /// Where the bytes of a blob of this repository come from. Asks nothing yet.
    Source source(RepositoryName name, Digest digest);

    /// One page of tags. `query` has passed the edge: its `n` is within its limits.
    TagPage listTags(RepositoryName name, PageQuery query) throws InterruptedException;

    /// The manifests that refer to `digest`, as the registry's own index document.
    Referrers listReferrers(RepositoryName name, Digest digest, PageQuery query)
            throws InterruptedException;
}
