package dev.tarn.http.netty;

import java.time.Duration;

/// What a stranger may take of us. Tests shrink the times.
///
/// @param requestLineBytes the longest request line without its line end (RFC 9112 §3 asks for at
///   least 8,000); beyond it 414
/// @param headerBytes all header lines together without their line ends; beyond it 431
/// @param headerCount how many header lines; beyond it 431
/// @param headerTime how long a request's head may take from its first byte (slowloris)
/// @param idleTime how long a connection may wait for a request, or for its client to take bytes
/// @param lingerTime how long what a refused client still sends is thrown away, so that it can read
///   why
/// @param connections how many at once; the next one gets a 503
/// @param unfinishedHeads how many requests at once whose head did not arrive in one piece; the
///   next one gets a 503. What is here of a head is memory, and almost every head arrives in one
///   piece
public record Limits(
        int requestLineBytes,
        int headerBytes,
        int headerCount,
        Duration headerTime,
        Duration idleTime,
        Duration lingerTime,
        int connections,
        int unfinishedHeads) {

    public static final Limits DEFAULT =
            new Limits(
                    8 << 10,
                    32 << 10,
                    100,
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(120),
                    Duration.ofSeconds(1),
                    10_000,
                    1_000);

    public Limits withConnections(int most) {
        return new Limits(
                requestLineBytes,
                headerBytes,
                headerCount,
                headerTime,
                idleTime,
                lingerTime,
                most,
                unfinishedHeads);
    }

    Limits withUnfinishedHeads(int most) {
        return new Limits(
                requestLineBytes,
                headerBytes,
                headerCount,
                headerTime,
                idleTime,
                lingerTime,
                connections,
                most);
    }

    public Limits withTimes(Duration header, Duration idle) {
        return new Limits(
                requestLineBytes,
                headerBytes,
                headerCount,
                header,
                idle,
                lingerTime,
                connections,
                unfinishedHeads);
    }
}
