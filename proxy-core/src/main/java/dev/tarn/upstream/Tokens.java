package dev.tarn.upstream;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.RegistryException.UpstreamFailed.Kind;
import dev.tarn.oci.Secret;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/// The tokens of one upstream. However many requests need the same one, it is asked for once; then
/// it is kept until shortly before it ends.
final class Tokens {
    private static final int KEPT_MAX = 10_000;
    private static final Duration MARGIN_MAX = Duration.ofSeconds(10);
    private static final Duration WAIT_MAX = Duration.ofSeconds(60);

    /// Asks the token service.
    @FunctionalInterface
    interface Service {
        Token fetch(Token.Key key) throws InterruptedException;
    }

    private record Kept(Secret secret, long endNanos) {}

    private final Service service;
    private final LongSupplier nanoTime;
    private final Cache<Token.Key, Kept> kept = Caffeine.newBuilder().maximumSize(KEPT_MAX).build();
    private final LongAdder askedNanos = new LongAdder();
    private final Map<Token.Key, CompletableFuture<Secret>> fetches = new ConcurrentHashMap<>();

    Tokens(Service service, LongSupplier nanoTime) {
        this.service = service;
        this.nanoTime = nanoTime;
    }

    /// For how long tokens have been asked for, in all.
    Duration time() {
        return Duration.ofNanos(askedNanos.sum());
    }

    /// A token that is still good.
    Optional<Secret> find(Token.Key key) {
        Kept token = kept.getIfPresent(key);
        return Optional.ofNullable(token)
                .filter(t -> t.endNanos() - nanoTime.getAsLong() > 0)
                .map(Kept::secret);
    }

    /// The upstream did not take this one.
    void forget(Token.Key key, Secret refused) {
        kept.asMap()
                .computeIfPresent(key, (_, token) -> token.secret().equals(refused) ? null : token);
    }

    /// A token that is still good, asked for where there is none. A request that somebody else
    /// began is waited for; where that one was interrupted, one of the waiting takes its place.
    Secret fetch(Token.Key key) throws InterruptedException {
        while (true) {
            CompletableFuture<Secret> mine = new CompletableFuture<>();
            CompletableFuture<Secret> others = fetches.putIfAbsent(key, mine);
            if (others == null) {
                return lead(key, mine);
            }
            Optional<Secret> token = follow(key, others);
            if (token.isPresent()) {
                return token.get();
            }
        }
    }

    private Secret lead(Token.Key key, CompletableFuture<Secret> fetch)
            throws InterruptedException {
        try {
            Optional<Secret> token = find(key); // put there since the caller looked
            Secret secret = token.isPresent() ? token.get() : ask(key);
            fetch.complete(secret);
            return secret;
        } catch (RuntimeException e) {
            fetch.completeExceptionally(e);
            throw e;
        } finally {
            fetches.remove(key, fetch);
            fetch.cancel(false); // where it was interrupted
        }
    }

    private Secret ask(Token.Key key) throws InterruptedException {
        long start = nanoTime.getAsLong();
        Token token;
        try {
            token = service.fetch(key);
        } finally {
            askedNanos.add(nanoTime.getAsLong() - start);
        }
        Duration tenth = token.lifetime().dividedBy(10);
        Duration margin = tenth.compareTo(MARGIN_MAX) < 0 ? tenth : MARGIN_MAX;
        kept.put(key, new Kept(token.secret(), start + token.lifetime().minus(margin).toNanos()));
        return token.secret();
    }

    /// Empty where the one who asked was interrupted.
    private static Optional<Secret> follow(Token.Key key, CompletableFuture<Secret> fetch)
            throws InterruptedException {
        try {
            return Optional.of(fetch.get(WAIT_MAX.toSeconds(), TimeUnit.SECONDS));
        } catch (CancellationException e) {
            return Optional.empty();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RegistryException failure) {
                throw failure;
            }
            throw new IllegalStateException("token fetch failed", e.getCause());
        } catch (TimeoutException e) {
            throw new UpstreamFailed(Kind.SILENT, "no token from " + key.realm(), e);
        }
    }
}
