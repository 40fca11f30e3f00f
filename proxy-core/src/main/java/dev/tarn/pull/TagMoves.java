package dev.tarn.pull;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tarn.oci.Reference;
import dev.tarn.oci.Repository;
import dev.tarn.oci.Tag;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// When tags were last said to have moved. It is kept for as long as an answer may be under way
/// that was asked for before: what such an answer says is of before, however late it comes.
final class TagMoves {

    private static final int MOVES_MAX = 10_000;

    /// Longer than any answer takes.
    private static final Duration KEPT = Duration.ofMinutes(10);

    private record Key(Repository repository, Reference reference) {}

    private final Cache<Key, Instant> moves =
            Caffeine.newBuilder().maximumSize(MOVES_MAX).expireAfterWrite(KEPT).build();

    void note(Repository repository, Tag tag, Instant at) {
        moves.put(new Key(repository, tag), at);
    }

    Optional<Instant> find(Repository repository, Reference reference) {
        return Optional.ofNullable(moves.getIfPresent(new Key(repository, reference)));
    }
}
