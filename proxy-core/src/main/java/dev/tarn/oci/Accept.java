package dev.tarn.oci;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/// What kinds of manifest a client takes, normalised: sorted, without weights, and `ANYTHING` where
/// a wildcard is among them. Registries may answer one tag with different manifests for different
/// values of this, so what is known about a tag is kept per value.
public record Accept(List<MediaType> types) {

    /// The four types of Docker schema 2 and OCI, and whatever else there is.
    public static final Accept ANYTHING =
            new Accept(
                    List.of(
                            MediaType.DOCKER_MANIFEST,
                            MediaType.DOCKER_MANIFEST_LIST,
                            MediaType.OCI_MANIFEST,
                            MediaType.OCI_INDEX,
                            new MediaType("*/*")));

    private static final int TYPES_MAX = 32;

    public Accept {
        types = List.copyOf(types);
    }

    /// Reads the values of a client's `Accept` headers. What is not a media type is passed over.
    public static Accept parse(Collection<String> values) {
        TreeSet<String> types = new TreeSet<>();
        values.stream()
                .flatMap(value -> Arrays.stream(value.split(",", -1)))
                .map(Accept::withoutParameters)
                .filter(Accept::isMediaType)
                .limit(TYPES_MAX)
                .forEach(types::add);
        boolean takesAnything =
                types.isEmpty() || types.contains("*/*") || types.contains("application/*");
        return takesAnything ? ANYTHING : new Accept(types.stream().map(MediaType::new).toList());
    }

    private static String withoutParameters(String value) {
        int semicolon = value.indexOf(';');
        return (semicolon < 0 ? value : value.substring(0, semicolon)).trim();
    }

    private static boolean isMediaType(String text) {
        try {
            return !new MediaType(text).text().isEmpty();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /// The value of the header that asks an upstream for this.
    public String header() {
        return String.join(", ", types.stream().map(MediaType::text).toList());
    }
}
