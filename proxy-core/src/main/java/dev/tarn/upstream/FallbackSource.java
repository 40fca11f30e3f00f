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
import java.util.concurrent.atomic.AtomicInteger;

/// One blob at all addresses of a registry. Parts are asked for where it has gone wrong least often
/// for this blob, and of these at the first.
final class FallbackSource implements Source {

    /// The blob at one address, and how often a body from there went wrong.
    private record Place(Endpoint endpoint, Source source, AtomicInteger failures) {

        Fetch fetch(ByteRange range) throws InterruptedException {
            return new Watched(endpoint.ask(Lane.BLOBS, _ -> source.fetch(range)), failures);
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

    /// Counts a body that goes wrong.
    private record Watched(Fetch fetch, AtomicInteger failures) implements Fetch {

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
            try {
                return fetch.next(sink);
            } catch (UpstreamFailed e) {
                failures.incrementAndGet();
                throw e;
            }
        }

        @Override
        public void close() {
            fetch.close();
        }
    }
}
