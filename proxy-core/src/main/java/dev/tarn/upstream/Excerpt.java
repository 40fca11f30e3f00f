package dev.tarn.upstream;

import dev.tarn.oci.Secret;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/// A line of what an upstream said, fit for a log and for a client: short, no control characters,
/// nothing that could be one of our secrets, and no queries of addresses, which may be signatures.
final class Excerpt {
    private static final int LENGTH_MAX = 200;
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{C}\\p{Z}]++");
    private static final Pattern QUERY = Pattern.compile("\\?[^ \"'<>]++");

    private Excerpt() {}

    static String of(byte[] body, List<Secret> secrets) {
        String text = new String(body, StandardCharsets.UTF_8);
        for (Secret secret : secrets) {
            if (!secret.reveal().isEmpty()) {
                text = text.replace(secret.reveal(), secret.toString());
            }
        }
        text = UNPRINTABLE.matcher(text).replaceAll(" ").trim();
        text = QUERY.matcher(text).replaceAll("?…");
        return text.length() <= LENGTH_MAX ? text : text.substring(0, LENGTH_MAX) + "…";
    }
}
