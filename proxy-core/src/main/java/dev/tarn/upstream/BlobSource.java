package dev.tarn.upstream;

import dev.tarn.oci.ByteRange;
import dev.tarn.oci.ContentRange;
import dev.tarn.oci.Digest;
import dev.tarn.oci.ErrorCode;
import dev.tarn.oci.RegistryException.RangeUnsatisfiable;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.RegistryException.UpstreamFailed.Kind;
import dev.tarn.oci.Repository;
import dev.tarn.pull.Source;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One blob of one repository of an upstream. Where the registry redirects to a CDN, later ranges
/// are asked of that at once, until it refuses: then the registry is asked again.
final class BlobSource implements Source {
    /// RFC 9110 §14.4, of lengths that a `long` holds.
    private static final Pattern PART =
            Pattern.compile("bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})");

    private static final Pattern NOTHING = Pattern.compile("bytes \\*/([0-9]{1,18})");

    private final RegistryClient client;
    private final ErrorAnswer errors;
    private final Repository repository;
    private final Digest digest;
    private final Lane lane;
    private volatile @Nullable Url elsewhere;

    BlobSource(
            RegistryClient client,
            ErrorAnswer errors,
            Repository repository,
            Digest digest,
            Lane lane) {
        this.client = client;
        this.errors = errors;
        this.repository = repository;
        this.digest = digest;
        this.lane = lane;
    }

    @Override
    public Fetch fetch(ByteRange range) throws InterruptedException {
        Request request = Request.get(Map.of());
        Exchange exchange = send(request.with("Range", range.header()));
        if (exchange.status() == 416 && exchange.header("content-range").isEmpty()) {
            exchange.discard();
            exchange = send(request);
        }
        boolean isGood = false;
        try {
            Fetch fetch = read(exchange, range);
            isGood = true;
            return fetch;
        } finally {
            if (!isGood) {
                exchange.close();
            }
        }
    }

    private Exchange send(Request request) throws InterruptedException {
        Url known = elsewhere;
        if (known != null) {
            Optional<Exchange> answer = sendElsewhere(known, request);
            if (answer.isPresent()) {
                return answer.get();
            }
        }
        String target = Endpoint.path(repository.name(), "blobs", digest.toString());
        Exchange exchange = client.send(Endpoint.scope(repository.name()), target, request, lane);
        boolean isBody = exchange.status() == 200 || exchange.status() == 206;
        elsewhere = isBody && !client.isOwn(exchange.url()) ? exchange.url() : null;
        return exchange;
    }

    /// Empty where the address that we were given is good no more.
    private Optional<Exchange> sendElsewhere(Url known, Request request)
            throws InterruptedException {
        boolean isGood = false;
        try {
            Exchange exchange = client.sendElsewhere(known, request, lane);
            isGood = exchange.status() / 100 == 2 || exchange.status() == 416;
            if (isGood) {
                return Optional.of(exchange);
            }
            exchange.discard();
            return Optional.empty();
        } finally {
            if (!isGood) {
                elsewhere = null;
            }
        }
    }

    private Fetch read(Exchange exchange, ByteRange range) throws InterruptedException {
        return switch (exchange.status()) {
            case 200 -> {
                exchange.requireUnencoded(what());
                OptionalLong length = exchange.contentLength();
                yield new BlobFetch(exchange, what(), 0, length, OptionalLong.empty());
            }
            case 206 -> {
                exchange.requireUnencoded(what());
                ContentRange part = part(exchange, range);
                OptionalLong length = OptionalLong.of(part.length());
                OptionalLong size = OptionalLong.of(part.size());
                yield new BlobFetch(exchange, what(), part.start(), length, size);
            }
            case 416 -> {
                long size = sizeOf(exchange, range);
                exchange.discard();
                yield new EmptyFetch(size);
            }
            default -> throw errors.read(exchange, what(), ErrorCode.BLOB_UNKNOWN);
        };
    }

    /// The part that a 206 says it is, where that is a part of what was asked for.
    private ContentRange part(Exchange exchange, ByteRange asked) {
        Matcher header = PART.matcher(exchange.header("content-range").orElse(""));
        if (!header.matches()) {
            throw wrong("a part that does not say which");
        }
        long start = Long.parseLong(header.group(1));
        long end = Long.parseLong(header.group(2)) + 1;
        long size = Long.parseLong(header.group(3));
        ContentRange expected;
        try {
            expected = asked.of(size);
        } catch (RangeUnsatisfiable e) {
            throw wrong("a part behind its own end", e);
        }
        boolean isWithin = start == expected.start() && end > start && end <= expected.end();
        OptionalLong length = exchange.contentLength();
        if (!isWithin || (length.isPresent() && length.getAsLong() != end - start)) {
            throw wrong("another part than the one asked for");
        }
        return new ContentRange(start, end, size);
    }

    /// The size that a 416 tells, where the range is unsatisfiable indeed.
    private long sizeOf(Exchange exchange, ByteRange asked) {
        Matcher header = NOTHING.matcher(exchange.header("content-range").orElse(""));
        if (!header.matches()) {
            throw wrong("neither bytes nor a size");
        }
        long size = Long.parseLong(header.group(1));
        if (size > 0 && isSatisfiable(asked, size)) {
            throw wrong("no bytes where there are some");
        }
        return size;
    }

    private static boolean isSatisfiable(ByteRange asked, long size) {
        try {
            return asked.of(size).length() > 0;
        } catch (RangeUnsatisfiable e) {
            return false;
        }
    }

    private UpstreamFailed wrong(String got) {
        return wrong(got, null);
    }

    private UpstreamFailed wrong(String got, @Nullable Throwable cause) {
        return new UpstreamFailed(Kind.BAD_ANSWER, what() + ": the upstream sent " + got, cause);
    }

    private String what() {
        return repository + " blob " + digest;
    }

    /// Nothing but the size.
    private record EmptyFetch(long start) implements Fetch {

        @Override
        public OptionalLong end() {
            return OptionalLong.of(start);
        }

        @Override
        public OptionalLong size() {
            return OptionalLong.of(start);
        }

        @Override
        public boolean next(Sink sink) {
            return false;
        }

        @Override
        public void close() {}
    }
}
