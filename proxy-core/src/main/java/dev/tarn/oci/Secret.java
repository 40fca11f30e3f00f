package dev.tarn.oci;

/// A password or token. Prints as dots, so that no log, error or dump shows it by accident.
public record Secret(String reveal) {

    @Override
    public String toString() {
        return "•••";
    }
}
