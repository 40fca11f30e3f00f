package dev.tarn.report;

import dev.tarn.oci.Digest;
import dev.tarn.oci.Repository;
import dev.tarn.pull.Outcome;
import dev.tarn.pull.PullListener.Client;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// What a person calls a pull: a client's request for a manifest, and for the blobs of it that the
/// same client then takes.
///
/// @param id counts up
/// @param reference the tag or digest that was asked for first
/// @param digest of the manifest
/// @param duration to the last byte; of one that runs, until now
/// @param reason why it failed
/// @param bytes of manifests and blobs that went to the client, by where they came from
/// @param size of all blobs; empty where the manifest is not known
/// @param slowedBy what took most of the time of a pull that was not over at once
/// @param layers the configuration and the layers; none where the manifest is not known
public record ImagePull(
        long id,
        Repository repository,
        String reference,
        Optional<Digest> digest,
        Client client,
        Instant startedAt,
        Duration duration,
        State state,
        Optional<Failure> reason,
        Bytes bytes,
        OptionalLong size,
        Optional<Slowness> slowedBy,
        List<Layer> layers) {

    /// How it stands.
    public enum State {
        RUNNING,
        /// The client has all of it from here.
        COMPLETE,
        /// The client asked for a part only, mostly because it has the rest.
        PARTIAL,
        /// The client went away in the middle of a blob.
        LEFT,
        FAILED
    }

    /// Why it failed.
    public record Failure(Reason reason, String text) {}

    /// How many bytes were here, came with a transfer that somebody else had begun, and were
    /// fetched for this pull.
    public record Bytes(long cached, long joined, long upstream) {
        public long all() {
            return cached + joined + upstream;
        }
    }

    /// What a pull waited for.
    public enum Slowness {
        /// The bytes of the upstream.
        UPSTREAM,
        /// Its token service.
        TOKEN,
        /// The client, which took its bytes no faster.
        CLIENT,
        /// Our own disk.
        DISK
    }

    /// Where the time went that a pull's answers took, in nanoseconds, all added up.
    record Waits(long upstream, long token, long client, long disk) {

        /// What took most of it.
        Optional<Slowness> most() {
            long most = Math.max(Math.max(upstream, token), Math.max(client, disk));
            if (most <= 0) {
                return Optional.empty();
            }
            return Optional.of(
                    most == upstream
                            ? Slowness.UPSTREAM
                            : most == token
                                    ? Slowness.TOKEN
                                    : most == client ? Slowness.CLIENT : Slowness.DISK);
        }
    }

    /// How one blob of it stands.
    public enum LayerState {
        WAITING,
        RUNNING,
        DONE,
        FAILED
    }

    /// One blob of it.
    ///
    /// @param bytes that the client has of it
    /// @param outcome hit, join or miss, once the client has asked for it
    /// @param duration of its answers so far
    public record Layer(
            Digest digest,
            long size,
            long bytes,
            LayerState state,
            Optional<Outcome> outcome,
            Duration duration) {}

    public ImagePull {
        layers = List.copyOf(layers);
    }

    /// The same without its single blobs, which take up most of it.
    ImagePull withoutLayers() {
        return new ImagePull(
                id,
                repository,
                reference,
                digest,
                client,
                startedAt,
                duration,
                state,
                reason,
                bytes,
                size,
                slowedBy,
                List.of());
    }

    /// Where most of it came from.
    public Warmth warmth() {
        if (bytes.upstream() == 0) {
            return Warmth.WARM;
        }
        return bytes.cached() + bytes.joined() > bytes.upstream() ? Warmth.MIXED : Warmth.COLD;
    }

    /// How much of a pull was here.
    public enum Warmth {
        /// Most of it was fetched for it.
        COLD,
        /// Less than half of it was.
        MIXED,
        /// Nothing was.
        WARM
    }
}
