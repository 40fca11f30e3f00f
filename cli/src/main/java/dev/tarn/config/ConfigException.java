package dev.tarn.config;

import java.io.Serial;
import java.util.List;
import java.util.stream.Collectors;

/// Says everything that is wrong with a configuration at once.
public final class ConfigException extends RuntimeException {

    @Serial private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    ConfigException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    public List<Problem> problems() {
        return problems;
    }
}
