package dev.tarn.storage;

import dev.tarn.storage.eviction.Eviction;
import java.util.List;

/// What the store may hold, and what goes when it is full.
///
/// @param pins what never goes
public record Budget(Capacity capacity, Eviction eviction, List<Pin> pins) {

    public static final Budget DEFAULT =
            new Budget(new Capacity.Percent(80), Eviction.GDSF, List.of());

    public Budget {
        pins = List.copyOf(pins);
    }
}
