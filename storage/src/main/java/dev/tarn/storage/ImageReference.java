package dev.tarn.storage;

import dev.tarn.oci.Reference;
import dev.tarn.oci.Repository;

/// An image of one repository, by its tag or by the digest of its manifest.
public record ImageReference(Repository repository, Reference reference) {}
