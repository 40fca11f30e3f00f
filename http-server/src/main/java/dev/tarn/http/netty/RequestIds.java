package dev.tarn.http.netty;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/// Names for the requests of one connection, under which they are found again in logs. Nobody can
/// choose them, and hardly any two in the world are the same.
final class RequestIds {

    private static final HexFormat HEX = HexFormat.of();

    private final String connection = HEX.toHexDigits(ThreadLocalRandom.current().nextLong());
    private int requests;

    String next() {
        requests++;
        return connection + "-" + requests;
    }
}
