package dev.tarn.oci;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// What kinds of manifest a client takes, normalised: sorted, without weights, and `ANYTHING` where
/// a wildcard is among them. Registries may answer one tag with different manifests for different
/// values of this, so what is known about a tag is kept per value.
public record Accept(List<MediaType> types) {

    private static final MediaType WILDCARD = new MediaType("*/*");
    private static final MediaType APPLICATION = new MediaType("application/*");

    /// The four types of Docker schema 2 and OCI, and whatever else there is.
    public static final Accept ANYTHING =
            new Accept(
                    List.of(
                            MediaType.DOCKER_MANIFEST,
                            MediaType.DOCKER_MANIFEST_LIST,
                            MediaType.OCI_MANIFEST,
                            MediaType.OCI_INDEX,
                            WILDCARD));

    private static final int TYPES_MAX = 32;

    public Accept {
        types = List.copyOf(types);
    }

    /// Reads the values of a client's `Accept` headers. What is not a media type is passed over.
    public static Accept parse(Collection<String> values) {
        List<MediaType> types =
                values.stream()
                        .flatMap(value -> Arrays.stream(value.split(",", -1)))
                        .filter(text -> !text.isBlank())
                        .limit(TYPES_MAX)
                        .flatMap(text -> mediaType(text).stream())
                        .distinct()
                        .sorted(Comparator.comparing(MediaType::text))
                        .toList();
        boolean takesAnything =
                types.isEmpty() || types.contains(WILDCARD) || types.contains(APPLICATION);
        return takesAnything ? ANYTHING : new Accept(types);
    }

    private static Optional<MediaType> mediaType(String text) {
        try {
            return Optional.of(new MediaType(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /// The value of the header that asks an upstream for this.
    public String header() {
        return String.join(", ", types.stream().map(MediaType::text).toList());
    }
}
