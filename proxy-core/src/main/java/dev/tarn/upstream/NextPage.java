package dev.tarn.upstream;

import dev.tarn.pull.PageQuery;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Where a listing goes on: the query of the `Link` with `rel="next"` (RFC 8288), and nothing else
/// of it, so that it can lead nowhere but to the same listing.
final class NextPage {
    private static final int LENGTH_MAX = 4 << 10;
    private static final int PARAMETERS_MAX = 16;

    private NextPage() {}

    static Optional<PageQuery> parse(List<String> links) {
        return links.stream()
                .filter(link -> link.length() <= LENGTH_MAX)
                .flatMap(link -> target(link).stream())
                .findFirst()
                .flatMap(NextPage::query);
    }

    /// The first target in angle brackets whose parameters say `next`.
    private static Optional<String> target(String link) {
        int position = 0;
        while (true) {
            int start = link.indexOf('<', position);
            int end = link.indexOf('>', Math.max(start, 0));
            if (start < 0 || end < 0) {
                return Optional.empty();
            }
            int next = link.indexOf('<', end);
            String parameters = link.substring(end + 1, next < 0 ? link.length() : next);
            if (parameters.matches("(?i).*;\\s*rel\\s*=\\s*\"?next\\b.*")) {
                return Optional.of(link.substring(start + 1, end));
            }
            position = end;
        }
    }

    private static Optional<PageQuery> query(String target) {
        int question = target.indexOf('?');
        Map<String, String> parameters = new LinkedHashMap<>();
        String query = question < 0 ? "" : target.substring(question + 1);
        for (String pair : query.split("[&#]", PARAMETERS_MAX + 1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                try {
                    parameters.put(
                            decoded(pair.substring(0, equals)),
                            decoded(pair.substring(equals + 1)));
                } catch (IllegalArgumentException e) {
                    return Optional.empty();
                }
            }
        }
        return parameters.isEmpty() || parameters.size() > PARAMETERS_MAX
                ? Optional.empty()
                : Optional.of(PageQuery.of(parameters));
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
