package dev.tarn.storage;

import dev.tarn.pull.ManifestStore.TagEntry;

/// What a tag meant when it was last looked at.
public record StoredTag(String upstream, String repository, String tag, TagEntry entry) {}
