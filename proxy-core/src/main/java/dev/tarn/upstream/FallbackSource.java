package dev.tarn.upstream;

import dev.tarn.oci.ByteRange;
import dev.tarn.oci.Digest;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.RepositoryName;
import dev.tarn.pull.Source;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// One blob at all addresses of a registry. Parts are asked for where it has gone wrong least often
/// for this blob, and of these at the first.
final class FallbackSource implements Source {

    /// The blob at one address, and how often a body from there went wrong.
    private record Place(Endpoint endpoint, Source source, AtomicInteger failures) {

        /// How it went shows with the body: the head alone says little.
        Fetch fetch(ByteRange range) throws InterruptedException {
            Breaker breaker = endpoint.blobs();
            Fetch fetch = breaker.ask(endpoint.toString(), () -> source.fetch(range));
            return new Watched(fetch, failures, breaker);
        }
    }

    private final List<Place> places;

    FallbackSource(List<Endpoint> endpoints, RepositoryName name, Digest digest) {
        this.places =
                endpoints.stream()
                        .map(endpoint ->
                                new Place(
                                        endpoint,
                                        endpoint.source(name, digest),
                                        new AtomicInteger()))
                        .toList();
    }

    @Override
    public Fetch fetch(ByteRange range) throws InterruptedException {
        List<Callable<Fetch>> runners =
                places.stream()
                        .sorted(Comparator.comparingInt(place -> place.failures().get()))
                        .map(place -> (Callable<Fetch>) () -> place.fetch(range))
                        .toList();
        return Race.run(runners, Fetch::close);
    }

    /// Sees how a body goes.
    private static final class Watched implements Fetch {

        /// As much as is worth having, though it should break off then.
        private static final long MUCH_BYTES = 1 << 20;

        private final Fetch fetch;
        private final AtomicInteger failures;
        private final Breaker breaker;
        private final AtomicBoolean isSettled = new AtomicBoolean();
        private long received;

        Watched(Fetch fetch, AtomicInteger failures, Breaker breaker) {
            this.fetch = fetch;
            this.failures = failures;
            this.breaker = breaker;
        }

        @Override
        public long start() {
            return fetch.start();
        }

        @Override
        public OptionalLong end() {
            return fetch.end();
        }

        @Override
        public OptionalLong size() {
            return fetch.size();
        }

        @Override
        public boolean next(Sink sink) throws InterruptedException {
            boolean isMore;
            try {
                isMore =
                        fetch.next(pieces -> {
                            received += Source.bytesIn(pieces);
                            sink.accept(pieces);
                        });
            } catch (UpstreamFailed e) {
                failures.incrementAndGet();
                isSettled.set(true);
                breaker.heard(e);
                throw e;
            }
            boolean isWell = !isMore || received >= MUCH_BYTES;
            if (isWell && isSettled.compareAndSet(false, true)) {
                breaker.succeeded();
            }
            return isMore;
        }

        @Override
        public void close() {
            fetch.close();
            if (isSettled.compareAndSet(false, true)) {
                breaker.abandoned();
            }
        }
    }
}
