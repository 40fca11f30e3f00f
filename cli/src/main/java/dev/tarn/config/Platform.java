package dev.tarn.config;

import java.util.regex.Pattern;

/// What an image runs on, as `linux/arm64` or `linux/arm64/v8`.
public final class Platform {

    private static final Pattern PLATFORM =
            Pattern.compile("[a-z0-9]{1,32}/[a-z0-9_]{1,32}(/[a-z0-9.]{1,32})?");

    private Platform() {}

    /// Of the machine that this runs on.
    public static String own() {
        String architecture = System.getProperty("os.arch");
        return "linux/" + (architecture.equals("aarch64") ? "arm64" : architecture);
    }

    static String parse(String text) {
        if (!PLATFORM.matcher(text).matches()) {
            throw new IllegalArgumentException("is not a platform (such as linux/arm64)");
        }
        return text;
    }
}
