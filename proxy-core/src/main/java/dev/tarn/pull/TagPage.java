package dev.tarn.pull;

import java.util.List;
import java.util.Optional;

/// One page of a repository's tags, and the query that asks for the next one.
public record TagPage(List<String> tags, Optional<PageQuery> next) {

    /// The most tags that one page may hold.
    public static final int TAGS_MAX = 1_000;

    public TagPage {
        tags = List.copyOf(tags);
    }
}
