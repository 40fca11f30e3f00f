package dev.tarn.storage;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Tags whose images are never evicted: `registry/repository[:tag]`, where `*` stands for any text,
/// slashes included, and `?` for any one character. Without a tag, all tags are meant.
public record Pin(String registry, String repository, String tag) {

    private static final Pattern PATTERN =
            Pattern.compile("([^/]{1,255})/([a-z0-9._/*?-]{1,255})(?::([A-Za-z0-9._*?-]{1,128}))?");

    public static Pin parse(String text) {
        Matcher parts = PATTERN.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "is not registry/repository or registry/repository:tag (such as"
                            + " docker.io/library/*:latest)");
        }
        return new Pin(
                parts.group(1), parts.group(2), parts.group(3) == null ? "*" : parts.group(3));
    }

    /// As it is parsed.
    @Override
    public String toString() {
        return registry + "/" + repository + (tag.equals("*") ? "" : ":" + tag);
    }

    public boolean matches(String host, String name, String tagText) {
        return matches(registry, host) && matches(repository, name) && matches(tag, tagText);
    }

    /// Goes back to the last star only, so that no pattern takes long.
    private static boolean matches(String pattern, String text) {
        int p = 0;
        int star = -1;
        int afterStar = 0;
        for (int t = 0; t < text.length(); ) {
            char wanted = p < pattern.length() ? pattern.charAt(p) : '\0';
            if (wanted == '*') {
                star = p++;
                afterStar = t;
            } else if (wanted == '?' || wanted == text.charAt(t)) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++afterStar;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }
}
