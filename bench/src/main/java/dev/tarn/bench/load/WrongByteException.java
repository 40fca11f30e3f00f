package dev.tarn.bench.load;

/// A server sent something else than what it should have: the run is void.
public final class WrongByteException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public WrongByteException(String message) {
        super(message);
    }
}
