package dev.tarn.http.netty;

import java.time.Duration;

/// What a stranger may take of us. Tests shrink the times.
///
/// @param requestLineBytes the longest request line without its line end (RFC 9112 §3 asks for at
///   least 8,000); beyond it 414
/// @param headerBytes all header lines together without their line ends; beyond it 431
/// @param headerCount how many header lines; beyond it 431
/// @param headerTime how long a request's head may take from its first byte (slowloris); and the
///   first one of a connection from the moment that it was opened, with its TLS handshake
/// @param idleTime how long a connection may wait for a request, or for its client to take bytes
/// @param lingerTime how long what a refused client still sends is thrown away, so that it can read
///   why
/// @param connections how many at once; the next one gets a 503, or under TLS is closed
/// @param unfinishedHeads how many requests at once whose head did not arrive in one piece; the
///   next one gets a 503. What is here of a head is memory, and almost every head arrives in one
///   piece
/// @param connectionsPerClient how many at once from one address; the next one fares the same
/// @param requestsPerClient how many answers to one address at once; the next one is a 503
/// @param minRateBytes what a client must take of an answer in a second, on average over each
///   `graceTime`; 0 for nothing
/// @param graceTime over how long the rate is measured
public record Limits(
        int requestLineBytes,
        int headerBytes,
        int headerCount,
        Duration headerTime,
        Duration idleTime,
        Duration lingerTime,
        int connections,
        int unfinishedHeads,
        int connectionsPerClient,
        int requestsPerClient,
        long minRateBytes,
        Duration graceTime) {

    public static final Limits DEFAULT =
            new Limits(
                    8 << 10,
                    32 << 10,
                    100,
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(120),
                    Duration.ofSeconds(1),
                    10_000,
                    1_000,
                    5_000,
                    2_500,
                    1 << 10,
                    Duration.ofSeconds(60));

    public Limits withConnections(int most) {
        return with(headerTime, idleTime, most, unfinishedHeads);
    }

    Limits withUnfinishedHeads(int most) {
        return with(headerTime, idleTime, connections, most);
    }

    public Limits withTimes(Duration header, Duration idle) {
        return with(header, idle, connections, unfinishedHeads);
    }

    public Limits withClients(int connectionsEach, int requestsEach) {
        return with(connectionsEach, requestsEach, minRateBytes, graceTime);
    }

    public Limits withMinRate(long bytes) {
        return withMinRate(bytes, graceTime);
    }

    Limits withMinRate(long bytes, Duration grace) {
        return with(connectionsPerClient, requestsPerClient, bytes, grace);
    }

    private Limits with(Duration header, Duration idle, int connectionsMax, int headsMax) {
        return new Limits(
                requestLineBytes,
                headerBytes,
                headerCount,
                header,
                idle,
                lingerTime,
                connectionsMax,
                headsMax,
                connectionsPerClient,
                requestsPerClient,
                minRateBytes,
                graceTime);
    }

    private Limits with(int connectionsEach, int requestsEach, long minRate, Duration grace) {
        return new Limits(
                requestLineBytes,
                headerBytes,
                headerCount,
                headerTime,
                idleTime,
                lingerTime,
                connections,
                unfinishedHeads,
                connectionsEach,
                requestsEach,
                minRate,
                grace);
    }
}
